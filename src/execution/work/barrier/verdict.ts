import type { VerdictSlice } from '../../../core/records.js'
import type { ByteSink } from '../../../io/writer.js'
import { Checksum } from '../../../util/hash.js'
import type { PayloadWriter } from './payloads.js'

/** The digest of a slice of a decision: of the rows that it drops, and of what edits the others. */
export function digestOfSlice(rows: Buffer, payloadDigest: string | undefined): string {
  const checksum = new Checksum().update(rows)
  return (payloadDigest === undefined ? checksum : checksum.update(Buffer.from(payloadDigest))).digest()
}

/** Which rows a barrier drops: one bit a record of all partitions. */
export class Verdict {
  readonly totalRows: number
  readonly #starts: number[] = []
  readonly #bits: Uint8Array
  #dropped = 0

  constructor(readonly rowsOf: readonly number[]) {
    let total = 0
    for (const rows of rowsOf) {
      this.#starts.push(total)
      total += rows
    }
    this.totalRows = total
    this.#bits = new Uint8Array(Math.ceil(total / 8))
  }

  get droppedRows(): number {
    return this.#dropped
  }

  drop(partitionIndex: number, row: number): void {
    if (row >= this.rowsOf[partitionIndex])
      throw new RangeError(
        `partition ${partitionIndex} has ${this.rowsOf[partitionIndex]} rows, row ${row} cannot be dropped`,
      )
    const at = this.#starts[partitionIndex] + row
    const bit = 1 << (at & 7)
    if ((this.#bits[Math.floor(at / 8)] & bit) !== 0) return
    this.#bits[Math.floor(at / 8)] |= bit
    this.#dropped++
  }

  /** Writes the dropped rows of each partition, ascending, and says where each partition's stand. */
  write(partitions: readonly string[], sink: ByteSink, payloads: PayloadWriter): Omit<VerdictSlice, 'signed'>[] {
    const places = payloads.finish()
    let offset = payloads.size
    return partitions.map((partition, index) => {
      const bytes = this.#rowsOf(index)
      sink.write(bytes)
      const payload = places.get(index)
      const digest = digestOfSlice(bytes, payload?.digest)
      const slice = {
        partition,
        offset,
        dropped: bytes.length / 4,
        digest,
        ...(payload === undefined ? {} : { payload }),
      }
      offset += bytes.length
      return slice
    })
  }

  #rowsOf(index: number): Buffer {
    const start = this.#starts[index]
    const rows: number[] = []
    for (let row = 0; row < this.rowsOf[index]; row++) {
      const at = start + row
      if ((this.#bits[Math.floor(at / 8)] & (1 << (at & 7))) !== 0) rows.push(row)
    }
    const bytes = Buffer.alloc(rows.length * 4)
    for (const [i, row] of rows.entries()) bytes.writeUInt32LE(row, i * 4)
    return bytes
  }
}

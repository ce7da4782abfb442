import { closeSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SignatureRun } from '../../../core/operator.js'
import type { FileRef } from '../../../core/records.js'
import type { ResolveUnit } from '../../../core/work-unit.js'
import { Checksum } from '../../../util/hash.js'
import { UnitFailure } from '../../protocol/unit-failure.js'
import type { UnitContext } from '../work-context.js'

const runBytes = 1 << 20

/**
 * Reads the signatures of all partitions in the order of the input, in runs of whole records. Files are verified on
 * the way, each at its end.
 *
 * @throws {UnitFailure} `redo_input` where a file is not what was committed
 */
export function* readSignatures(
  { job, report }: UnitContext,
  { signatures, runs }: Pick<ResolveUnit, 'signatures' | 'runs'>,
  recordBytes: number,
): Generator<SignatureRun> {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.floor(runBytes / recordBytes)) * recordBytes)
  const files = signatures.map(({ file }) => new SignatureFile(resolve(job.jobDir, file.path), file, recordBytes))
  let bytes = 0
  for (const { index, rows } of runs) {
    for (const run of files[index].read(rows, buffer)) {
      yield { partitionIndex: index, ...run }
      bytes += run.records.length
      report.progress({ samples: Math.floor(bytes / recordBytes), bytes })
    }
  }
  for (const file of files) file.verify()
}

/** A signature file that is read from its start to its end, run by run, and held open only while it is read. */
class SignatureFile {
  readonly #checksum = new Checksum()
  #row = 0

  constructor(
    readonly path: string,
    readonly file: FileRef,
    readonly recordBytes: number,
  ) {}

  *read(rows: number, buffer: Buffer): Generator<{ records: Buffer; firstRow: number }> {
    const until = this.#row + rows
    if (rows === 0) return
    const fd = this.#open()
    try {
      while (this.#row < until) {
        const records = buffer.subarray(0, Math.min(buffer.length, (until - this.#row) * this.recordBytes))
        if (!fill(records, fd, this.#row * this.recordBytes)) throw this.#damaged()
        this.#checksum.update(records)
        yield { records, firstRow: this.#row }
        this.#row += records.length / this.recordBytes
      }
    } finally {
      closeSync(fd)
    }
  }

  verify(): void {
    const { rows, sizeBytes, checksum } = this.file
    const isWhole = this.#row === rows && sizeBytes === rows * this.recordBytes
    if (!isWhole || this.#checksum.digest() !== checksum) throw this.#damaged()
  }

  #open(): number {
    try {
      return openSync(this.path, 'r')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw this.#damaged()
      throw error
    }
  }

  #damaged(): UnitFailure {
    const { path } = this.file
    const message = `${path} is not what was committed; it is set aside and its unit is redone`
    return new UnitFailure({ code: 'damaged_checkpoint', message, consequence: 'redo_input', path })
  }
}

/** Reads bytes of a file from a position on; false where it ends before they are full. */
function fill(bytes: Buffer, fd: number, position: number): boolean {
  let done = 0
  while (done < bytes.length) {
    const count = readSync(fd, bytes, done, bytes.length - done, position + done)
    if (count === 0) return false
    done += count
  }
  return true
}

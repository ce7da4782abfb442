import type { Barrier } from '../../../core/operator.js'
import type { Sample } from '../../../core/sample.js'

/** The signature records of a batch of samples. */
export class RecordBuffer {
  #bytes: Buffer
  #length = 0

  constructor(
    readonly operator: Barrier,
    samples: number,
  ) {
    this.#bytes = Buffer.alloc(operator.sign === undefined ? 1 << 12 : samples * operator.recordBytes)
  }

  /** All records so far. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Adds the records of the `row`-th sample of its partition, and says how many they are. */
  sign(sample: Sample, row: number): number {
    const { operator } = this
    if (operator.signMany === undefined) {
      operator.sign?.(sample, this.#bytes, this.#length)
      this.#length += operator.recordBytes
      return 1
    }
    const records = operator.signMany(sample, row)
    if (this.#length + records.length > this.#bytes.length) this.#grow(this.#length + records.length)
    this.#bytes.set(records, this.#length)
    this.#length += records.length
    return records.length / operator.recordBytes
  }

  #grow(least: number): void {
    const larger = Buffer.allocUnsafe(2 ** Math.ceil(Math.log2(least)))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

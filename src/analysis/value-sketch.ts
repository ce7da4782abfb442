import { Digest } from './digest.js'

/** Values that are kept as they are, 8 bytes each, before a digest of fixed size takes over. */
const exactValues = 1_000_000

/** Numbers in bounded memory, for quantiles and ranks: exact up to `limit` values, then by a digest of all of them. */
export class ValueSketch {
  #values: Float64Array
  #length = 0
  #isSorted = true
  #digest: Digest | undefined

  constructor(readonly limit = exactValues) {
    this.#values = new Float64Array(Math.min(1024, limit))
  }

  get isExact(): boolean {
    return this.#digest === undefined
  }

  add(value: number): void {
    if (this.#length === this.limit) this.#flush()
    if (this.#length === this.#values.length) this.#grow()
    this.#values[this.#length++] = value
    this.#isSorted = false
  }

  /** The value below which `share` of the values lie, from 0 to 1; linear between neighbours, as in NumPy. */
  quantile(share: number): number {
    if (this.#digest !== undefined) return this.#flush().quantile(share)
    const values = this.#sorted()
    const place = share * (values.length - 1)
    const low = values[Math.floor(place)]
    const high = values[Math.ceil(place)]
    return low + (high - low) * (place - Math.floor(place))
  }

  /** How many values are smaller than `bound`; about, where the digest stands in for them. */
  countBelow(bound: number): number {
    if (this.#digest !== undefined) return this.#flush().countBelow(bound)
    const values = this.#sorted()
    let from = 0
    let to = values.length
    while (from < to) {
      const middle = (from + to) >> 1
      if (values[middle] < bound) from = middle + 1
      else to = middle
    }
    return from
  }

  #sorted(): Float64Array {
    const values = this.#values.subarray(0, this.#length)
    if (!this.#isSorted) values.sort()
    this.#isSorted = true
    return values
  }

  #grow(): void {
    const larger = new Float64Array(Math.min(this.#values.length * 2, this.limit))
    larger.set(this.#values)
    this.#values = larger
  }

  #flush(): Digest {
    this.#digest ??= new Digest()
    this.#digest.merge(this.#sorted())
    this.#length = 0
    return this.#digest
  }
}

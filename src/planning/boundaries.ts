/** Where, along the bytes of all files one after another, partitions begin. */
export class Boundaries {
  #position = 0
  #number = 0

  constructor(
    readonly bytes: number,
    readonly count: number | undefined,
  ) {}

  get tag(): string {
    return `new ${this.#number}`
  }

  /** Bytes from here to the next boundary. */
  get room(): number {
    const isLast = this.count !== undefined && this.#number >= this.count - 1
    return isLast ? Number.POSITIVE_INFINITY : Math.max(0, Math.round((this.#number + 1) * this.bytes) - this.#position)
  }

  take(bytes: number): void {
    this.#position += bytes
  }

  /** Begins the partition that the position lies in. */
  next(): void {
    this.#number++
  }
}

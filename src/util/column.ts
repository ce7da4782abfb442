const chunkBits = 12
const chunkLength = 1 << chunkBits
const within = chunkLength - 1

type Numbers = Uint8Array | Uint32Array | Float64Array

/** Numbers by their places, as many as come: it grows by pieces, so that nothing is copied as it does. */
export class Column {
  readonly #chunks: Numbers[] = []

  /** @param make what holds a piece, which says the range of the numbers: zeros at first */
  constructor(readonly make: (length: number) => Numbers) {}

  static bytes(): Column {
    return new Column(length => new Uint8Array(length))
  }

  static words(): Column {
    return new Column(length => new Uint32Array(length))
  }

  static doubles(): Column {
    return new Column(length => new Float64Array(length))
  }

  /** Zero where nothing was set. */
  get(at: number): number {
    return this.#chunks[at >>> chunkBits]?.[at & within] ?? 0
  }

  set(at: number, value: number): void {
    const chunk = at >>> chunkBits
    while (this.#chunks.length <= chunk) this.#chunks.push(this.make(chunkLength))
    this.#chunks[chunk][at & within] = value
  }
}

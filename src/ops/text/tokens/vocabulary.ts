/** Factor of the rolling hash that byte sequences are looked up by. */
export const hashBase = 0x01000193

/** Bytes with what tells the hash of any stretch of them: the sum of byte × `hashBase` to the power of the bytes behind it. */
export interface HashedBytes {
  readonly bytes: Uint8Array
  /** Hash of the bytes before each place. */
  readonly before: Int32Array
  /** Of `hashBase`. */
  readonly powers: Int32Array
}

/** The byte sequences that a byte-pair encoding has a token for, with their ranks: the lower, the earlier they are merged. */
export class Vocabulary {
  /** All sequences, one after the other. */
  readonly #bytes: Uint8Array
  /** Where each rank's sequence starts in `#bytes`; it ends where the next one starts. */
  readonly #starts: Int32Array
  /** Rank plus 1 by hash, 0 where there is none; open addressing. */
  readonly #slots: Int32Array
  readonly #shift: number
  readonly longest: number

  /** @param tokens - by rank: text, or bytes that are not UTF-8; a rank may be missing */
  constructor(tokens: readonly (string | readonly number[])[]) {
    const sequences = Array.from(tokens, token => Buffer.from((token ?? []) as string))
    this.#bytes = Buffer.concat(sequences)
    this.#starts = new Int32Array(tokens.length + 1)
    const bits = Math.ceil(Math.log2(tokens.length * 2))
    this.#slots = new Int32Array(2 ** bits)
    this.#shift = 32 - bits
    let longest = 0
    for (const [rank, sequence] of sequences.entries()) {
      this.#starts[rank + 1] = this.#starts[rank] + sequence.length
      longest = Math.max(longest, sequence.length)
      if (sequence.length > 0) this.#add(rank, sequence)
    }
    this.longest = longest
  }

  #add(rank: number, sequence: Uint8Array): void {
    const hash = sequence.reduce((sum, byte) => (Math.imul(sum, hashBase) + byte) | 0, 0)
    let slot = this.#home(hash)
    while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1)
    this.#slots[slot] = rank + 1
  }

  #home(hash: number): number {
    return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) >>> this.#shift
  }

  /** The rank of the bytes between two places of a text, or -1. */
  rankOf(text: HashedBytes, start: number, end: number): number {
    const length = end - start
    if (length > this.longest) return -1
    const { bytes, before, powers } = text
    const hash = (before[end] - Math.imul(before[start], powers[length])) | 0
    const slots = this.#slots
    for (let slot = this.#home(hash); slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) {
      const rank = slots[slot] - 1
      if (this.#starts[rank + 1] - this.#starts[rank] === length && this.#isAt(rank, bytes, start)) return rank
    }
    return -1
  }

  /** Whether a rank's sequence stands at `start`. */
  #isAt(rank: number, bytes: Uint8Array, start: number): boolean {
    const end = this.#starts[rank + 1]
    for (let at = this.#starts[rank], i = start; at < end; at++, i++) if (this.#bytes[at] !== bytes[i]) return false
    return true
  }
}

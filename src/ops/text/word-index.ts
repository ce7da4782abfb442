import { hashOfWord, isWord, type Words } from './words.js'

/** Finds out which words of a text stand in a list, by their hashes, without making a string of any. */
export class WordIndex {
  /** Places in `words` plus 1 by hash, open addressing; 0 in empty slots. */
  readonly #slots: Int32Array
  readonly #hashes: Int32Array
  readonly #words: readonly string[]

  constructor(words: Iterable<string>) {
    this.#words = [...words]
    this.#hashes = Int32Array.from(this.#words, hashOfWord)
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(64, this.#words.length * 4))))
    for (let place = 0; place < this.#words.length; place++) {
      let slot = this.#slotOf(this.#hashes[place])
      while (this.#slots[slot] !== 0) slot = this.#after(slot)
      this.#slots[slot] = place + 1
    }
  }

  /** How many of a text's words stand in the list. */
  count(words: Words): number {
    const { hashes, count } = words
    let found = 0
    for (let i = 0; i < count; i++) if (this.#holds(words, i, hashes[i])) found++
    return found
  }

  #holds(words: Words, index: number, hash: number): boolean {
    for (let slot = this.#slotOf(hash); this.#slots[slot] !== 0; slot = this.#after(slot)) {
      const place = this.#slots[slot] - 1
      if (this.#hashes[place] === hash && isWord(words, index, this.#words[place])) return true
    }
    return false
  }

  #slotOf(hash: number): number {
    return Math.imul(hash ^ (hash >>> 15), 0x9e3779b1) & (this.#slots.length - 1)
  }

  #after(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1)
  }
}

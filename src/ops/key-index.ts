export const indexedKeyBytes = 16

/** Numbers keys of 16 bytes whose bits are evenly spread, from 0 on in the order in which they are first seen. */
export class KeyIndex {
  #words: Uint32Array
  #slots: Int32Array
  #count = 0

  constructor(expected: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, expected * 1.5)))
    this.#slots = new Int32Array(slots)
    this.#words = new Uint32Array(Math.max(16, expected) * 4)
  }

  /** Memory for so many keys. */
  static bytesFor(count: number): number {
    return count * (indexedKeyBytes + 12)
  }

  get count(): number {
    return this.#count
  }

  /** The number of the key at `offset`, which is `count - 1` where it is new. */
  add(bytes: Buffer, offset: number): number {
    if (this.#count * 1.4 >= this.#slots.length) this.#grow()
    const mask = this.#slots.length - 1
    const d = bytes.readUInt32LE(offset + 12)
    for (let slot = d & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] - 1
      if (id < 0) {
        this.#slots[slot] = this.#count + 1
        return this.#put(bytes, offset)
      }
      if (this.#equals(id, bytes, offset)) return id
    }
  }

  #put(bytes: Buffer, offset: number): number {
    if (this.#count * 4 === this.#words.length) {
      const words = new Uint32Array(this.#words.length * 2)
      words.set(this.#words)
      this.#words = words
    }
    for (let i = 0; i < 4; i++) this.#words[this.#count * 4 + i] = bytes.readUInt32LE(offset + i * 4)
    return this.#count++
  }

  #equals(id: number, bytes: Buffer, offset: number): boolean {
    for (let i = 0; i < 4; i++) if (this.#words[id * 4 + i] !== bytes.readUInt32LE(offset + i * 4)) return false
    return true
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let id = 0; id < this.#count; id++) {
      let slot = this.#words[id * 4 + 3] & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    this.#slots = slots
  }
}

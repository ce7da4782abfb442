/** Texts in UTF-8 by their bytes, each with an id. */
export class ByteTrie {
  /** By node and byte, in one table with open addressing: 0 is a free slot. */
  #keys = new Int32Array(1 << 12)
  #nodes = new Int32Array(1 << 12)
  #size = 0
  #nodeCount = 1
  /** Ids by node; -1 where no text ends. */
  #ids = new Int32Array(1 << 10).fill(-1)

  add(text: Uint8Array, id: number): void {
    let node = 0
    for (const byte of text) node = this.child(node, byte) || this.#addChild(node, byte)
    this.#ids[node] = id
  }

  /** The node behind a byte; 0 where there is none. The root is node 0. */
  child(node: number, byte: number): number {
    const key = ((node << 8) | byte) + 1
    const keys = this.#keys
    const mask = keys.length - 1
    for (let slot = slotOf(key, mask); ; slot = (slot + 1) & mask) {
      if (keys[slot] === key) return this.#nodes[slot]
      if (keys[slot] === 0) return 0
    }
  }

  /** The id of the text that ends at a node; -1 where none does. */
  idAt(node: number): number {
    return this.#ids[node]
  }

  /** The end of the longest text at a place, or -1. */
  longestAt(bytes: Uint8Array, start: number, end: number): number {
    let found = -1
    let node = 0
    for (let at = start; at < end; at++) {
      node = this.child(node, bytes[at])
      if (node === 0) break
      if (this.#ids[node] >= 0) found = at + 1
    }
    return found
  }

  #addChild(node: number, byte: number): number {
    if (this.#size * 2 >= this.#keys.length) this.#grow()
    const child = this.#nodeCount++
    if (child >= this.#ids.length) {
      const ids = new Int32Array(this.#ids.length * 2).fill(-1)
      ids.set(this.#ids)
      this.#ids = ids
    }
    this.#put(((node << 8) | byte) + 1, child)
    return child
  }

  #put(key: number, node: number): void {
    const mask = this.#keys.length - 1
    let slot = slotOf(key, mask)
    while (this.#keys[slot] !== 0) slot = (slot + 1) & mask
    this.#keys[slot] = key
    this.#nodes[slot] = node
    this.#size++
  }

  #grow(): void {
    const keys = this.#keys
    const nodes = this.#nodes
    this.#keys = new Int32Array(keys.length * 2)
    this.#nodes = new Int32Array(keys.length * 2)
    this.#size = 0
    for (let i = 0; i < keys.length; i++) if (keys[i] !== 0) this.#put(keys[i], nodes[i])
  }
}

function slotOf(key: number, mask: number): number {
  const mixed = Math.imul(key, 0x9e3779b1)
  return (mixed ^ (mixed >>> 15)) & mask
}

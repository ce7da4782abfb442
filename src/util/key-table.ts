import { Column } from './column.js'

const chunkBytes = 1 << 20
/** Of a text: its tag, and its length with a bit for how it is packed. */
const headBytes = 4
const packedBit = 0x80_0000

/**
 * Texts, each under a tag of its kind, with a number for each pair in the order in which they came. For millions of them: there
 * is no object for any, and texts of hexadecimal digits take half a byte a digit.
 */
export class KeyTable {
  readonly #chunks: Buffer[] = []
  #used = chunkBytes
  readonly #places = Column.words()
  readonly #hashes = Column.words()
  /** Numbers by hash, one more than they are; zero where there is none. */
  #slots = new Uint32Array(64)
  #size = 0
  #packed = Buffer.allocUnsafe(256)
  /** What is packed: a text is often asked for again. */
  #last = { tag: -1, text: '', length: 0, hash: 0 }

  get size(): number {
    return this.#size
  }

  /** The number of a text, which gets one where it has none. */
  add(tag: number, text: string): number {
    const { length, hash } = this.#pack(tag, text)
    const slot = this.#slotOf(length, hash)
    if (this.#slots[slot] !== 0) return this.#slots[slot] - 1
    const number = this.#size++
    this.#slots[slot] = this.#size
    this.#places.set(number, this.#append(length))
    this.#hashes.set(number, hash)
    if (this.#size * 2 > this.#slots.length) this.#grow()
    return number
  }

  /** The number of a text, -1 where it has none. */
  find(tag: number, text: string): number {
    const { length, hash } = this.#pack(tag, text)
    return this.#slots[this.#slotOf(length, hash)] - 1
  }

  tag(number: number): number {
    const place = this.#places.get(number)
    return this.#chunks[Math.floor(place / chunkBytes)][place % chunkBytes]
  }

  text(number: number): string {
    const place = this.#places.get(number)
    const chunk = this.#chunks[Math.floor(place / chunkBytes)]
    const at = place % chunkBytes
    const head = chunk.readUIntLE(at + 1, 3)
    const start = at + headBytes
    return (head & packedBit) === 0
      ? chunk.toString('utf8', start, start + head)
      : chunk.toString('hex', start, start + (head & ~packedBit))
  }

  /** The slot that holds what is packed, or the empty one where it would stand. */
  #slotOf(length: number, hash: number): number {
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] - 1
      if (number < 0 || (this.#hashes.get(number) === hash && this.#isAt(number, length))) return slot
    }
  }

  #isAt(number: number, length: number): boolean {
    const place = this.#places.get(number)
    const chunk = this.#chunks[Math.floor(place / chunkBytes)]
    const at = place % chunkBytes
    if (at + length > chunk.length) return false
    for (let n = 0; n < length; n++) if (chunk[at + n] !== this.#packed[n]) return false
    return true
  }

  #append(length: number): number {
    if (this.#used + length > chunkBytes) {
      this.#chunks.push(Buffer.allocUnsafe(Math.max(chunkBytes, length)))
      this.#used = 0
    }
    const chunk = this.#chunks.length - 1
    const at = this.#used
    const place = chunk * chunkBytes + at
    if (place > 0xffff_ffff) throw new RangeError('a table of keys holds at most 4 GiB')
    this.#packed.copy(this.#chunks[chunk], at, 0, length)
    this.#used += length
    return place
  }

  /** Twice the slots, with the numbers in them where their hashes say. */
  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2)
    const mask = slots.length - 1
    for (let number = 0; number < this.#size; number++) {
      let slot = this.#hashes.get(number) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = number + 1
    }
    this.#slots = slots
  }

  /** Puts a text as it is held into `#packed`, and gives its length in bytes with its head. */
  #pack(tag: number, text: string): { readonly length: number; readonly hash: number } {
    if (this.#last.tag === tag && this.#last.text === text) return this.#last
    const most = headBytes + text.length * 3
    if (this.#packed.length < most) this.#packed = Buffer.allocUnsafe(most * 2)
    const isHex = packHex(this.#packed, text)
    const length = isHex ? text.length / 2 : this.#packed.write(text, headBytes, 'utf8')
    if (length >= packedBit) throw new RangeError('a key holds at most 8 MiB')
    this.#packed[0] = tag
    this.#packed.writeUIntLE(isHex ? length | packedBit : length, 1, 3)
    this.#last = { tag, text, length: headBytes + length, hash: hashOf(tag, text) }
    return this.#last
  }
}

/** Packs a text of digits behind the head; false where it is none. */
function packHex(bytes: Buffer, text: string): boolean {
  if (text.length % 2 === 1) return false
  for (let at = 0; at < text.length; at += 2) {
    const high = digitOf(text.charCodeAt(at))
    const low = digitOf(text.charCodeAt(at + 1))
    if (high < 0 || low < 0) return false
    bytes[headBytes + at / 2] = high * 16 + low
  }
  return true
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1
}

/** FNV-1a over the units of a text, mixed once more so that low bits are as good as high ones. */
function hashOf(tag: number, text: string): number {
  let hash = 0x811c9dc5 ^ tag
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

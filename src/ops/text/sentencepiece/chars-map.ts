/** Maps sequences of UTF-8 bytes: a double array (as Darts-clone writes it) whose values are places of texts. */
export class CharsMap {
  readonly #units: Uint32Array
  readonly #texts: Uint8Array
  /** 1 for ASCII characters that stay as they are wherever another ASCII character follows. */
  readonly #plain = new Uint8Array(128)
  /** Length in bytes of what `find` found. */
  matched = 0

  constructor(bytes: Uint8Array) {
    const length = bytes.length === 0 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
    if (length % 4 !== 0 || length + 4 > Math.max(4, bytes.length)) throw new Error('its map of characters is damaged')
    this.#units = new Uint32Array(Uint8Array.from(bytes.subarray(4, 4 + length)).buffer)
    this.#texts = bytes.subarray(4 + length)
    for (let byte = 0; byte < 128; byte++) this.#plain[byte] = this.#isPlain(byte) ? 1 : 0
  }

  isPlain(byte: number): boolean {
    return this.#plain[byte] === 1
  }

  /** The text that the longest mapped sequence at a place becomes, without its length; undefined where none is mapped. */
  find(bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const units = this.#units
    let found = -1
    if (units.length === 0) return undefined
    let place = offsetOf(units[0])
    for (let at = start; at < end; at++) {
      place ^= bytes[at]
      const unit = units[place]
      if (unit === undefined || (unit & 0x800000ff) !== bytes[at]) break
      place ^= offsetOf(unit)
      if ((unit & 0x100) === 0) continue
      found = units[place] & 0x7fffffff
      this.matched = at + 1 - start
    }
    return found < 0 ? undefined : this.#textAt(found)
  }

  /** The text that the shortest mapped start of a text becomes; undefined where none is mapped. */
  shortest(text: string): string | undefined {
    const bytes = Buffer.from(text)
    for (let end = 1; end <= bytes.length; end++) {
      const found = this.find(bytes, 0, end)
      if (found !== undefined) return Buffer.from(found).toString()
    }
    return undefined
  }

  #textAt(start: number): Uint8Array {
    let end = start
    while (end < this.#texts.length && this.#texts[end] !== 0) end++
    return this.#texts.subarray(start, end)
  }

  #isPlain(byte: number): boolean {
    const units = this.#units
    if (units.length === 0) return true
    const place = offsetOf(units[0]) ^ byte
    const unit = units[place]
    if (unit === undefined || (unit & 0x800000ff) !== byte) return true
    if ((unit & 0x100) !== 0) return false
    const children = place ^ offsetOf(unit)
    for (let next = 0; next < 128; next++) {
      const child = units[children ^ next]
      if (child !== undefined && (child & 0x800000ff) === next) return false
    }
    return true
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6)
}

import type { ByteTrie } from './byte-trie.js'
import { CharsMap } from './chars-map.js'
import type { NormalizerRules } from './model-file.js'

const space = 0x20
/** U+2581, which stands for a space inside pieces. */
const mark = [0xe2, 0x96, 0x81] as const

/** Maps, escapes and trims a text as a model says, in UTF-8. */
export class Normalizer {
  readonly #map: CharsMap
  #out = new Uint8Array(1 << 12)
  #length = 0
  readonly #whole: ByteTrie | undefined
  readonly #rules: NormalizerRules
  readonly #marksAtEnd: boolean

  constructor(rules: NormalizerRules, { whole, marksAtEnd }: { whole: ByteTrie | undefined; marksAtEnd: boolean }) {
    this.#rules = rules
    this.#map = new CharsMap(rules.charsMap)
    this.#whole = whole
    this.#marksAtEnd = marksAtEnd
  }

  /** The normalized text, valid until the next call. */
  normalize(input: Uint8Array): Uint8Array {
    const { removesExtraWhitespaces: removes, addsDummyPrefix } = this.#rules
    this.#length = 0
    let at = removes ? this.#skipSpaces(input) : 0
    if (at === input.length) return this.#out.subarray(0, 0)
    this.#reserve(input.length * 3 + 16)
    if (addsDummyPrefix && !this.#marksAtEnd) this.#space()
    let isBehindSpace = removes
    while (at < input.length) {
      const byte = input[at]
      if (byte < 0x80 && byte !== space && this.#isPlainAt(input, at)) {
        if (this.#length + 4 > this.#out.length) this.#reserve(input.length)
        this.#out[this.#length++] = byte
        isBehindSpace = false
        at++
        continue
      }
      at += this.#chunk(input, at)
      isBehindSpace = this.#append(isBehindSpace) && removes
    }
    if (removes) this.#trimEnd()
    if (addsDummyPrefix && this.#marksAtEnd) this.#space()
    return this.#out.subarray(0, this.#length)
  }

  #isPlainAt(input: Uint8Array, at: number): boolean {
    if (this.#whole !== undefined && this.#whole.child(0, input[at]) !== 0) return false
    return this.#map.isPlain(input[at]) && (at + 1 === input.length || input[at + 1] < 0x80)
  }

  /** What was mapped last: bytes `[#from, #to)` of it. */
  #mapped: Uint8Array = this.#out
  #from = 0
  #to = 0

  /** Maps what stands at a place and says how many bytes of the input that was. */
  #chunk(input: Uint8Array, at: number): number {
    const until = this.#whole?.longestAt(input, at, input.length) ?? -1
    if (until >= 0) {
      this.#set(input, at, until)
      return until - at
    }
    const found = this.#map.find(input, at, input.length)
    if (found !== undefined) {
      this.#set(found, 0, found.length)
      return this.#map.matched
    }
    const width = widthOf(input[at])
    this.#set(input, at, at + width)
    return width
  }

  #set(bytes: Uint8Array, from: number, to: number): void {
    this.#mapped = bytes
    this.#from = from
    this.#to = to
  }

  #skipSpaces(input: Uint8Array): number {
    let at = 0
    while (at < input.length) {
      const width = this.#chunk(input, at)
      if (this.#to - this.#from !== 1 || this.#mapped[this.#from] !== space) break
      at += width
    }
    return at
  }

  /** Appends what was mapped, without the spaces that it starts with where one stands before it; true where it ends in one. */
  #append(isBehindSpace: boolean): boolean {
    const mapped = this.#mapped
    const to = this.#to
    let from = this.#from
    if (isBehindSpace) while (from < to && mapped[from] === space) from++
    if (from === to) return isBehindSpace
    this.#reserve((to - from) * 3 + 4)
    for (let i = from; i < to; i++) {
      if (mapped[i] === space) this.#space()
      else this.#out[this.#length++] = mapped[i]
    }
    return mapped[to - 1] === space
  }

  #space(): void {
    if (!this.#rules.escapesWhitespaces) this.#out[this.#length++] = space
    else for (const byte of mark) this.#out[this.#length++] = byte
  }

  #trimEnd(): void {
    const out = this.#out
    const end = this.#rules.escapesWhitespaces ? mark : [space]
    while (this.#length >= end.length && end.every((byte, index) => out[this.#length - end.length + index] === byte))
      this.#length -= end.length
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#out.length) return
    const larger = new Uint8Array(2 ** Math.ceil(Math.log2(this.#length + bytes)))
    larger.set(this.#out.subarray(0, this.#length))
    this.#out = larger
  }
}

/** Bytes of the character that a lead byte of well-formed UTF-8 starts. */
export function widthOf(lead: number): number {
  if (lead < 0x80) return 1
  if (lead < 0xe0) return 2
  return lead < 0xf0 ? 3 : 4
}

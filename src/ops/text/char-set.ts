import * as encoded from '../data/char-classes.js'

/** A set of code points, held as ranges, with a table for the basic plane that is built when first asked for. */
export class CharSet {
  #bmp: Uint8Array | undefined

  /** @param ranges first and last code point of each range, ascending */
  constructor(readonly ranges: Uint32Array) {}

  /** Reads the generated form: base-36 distances, from an end to the next start and from a start to its end. */
  static decode(text: string): CharSet {
    const parts = text.split(',')
    const ranges = new Uint32Array(parts.length)
    let at = 0
    for (let i = 0; i < parts.length; i++) {
      if (parts[i] !== '') at += Number.parseInt(parts[i], 36)
      ranges[i] = at
    }
    return new CharSet(ranges)
  }

  static of(characters: string): CharSet {
    const points = [...characters].map(c => c.codePointAt(0)!).sort((a, b) => a - b)
    return new CharSet(Uint32Array.from(points.flatMap(point => [point, point])))
  }

  /** 1 at each UTF-16 code unit that is itself a member. */
  get bmp(): Uint8Array {
    if (this.#bmp === undefined) {
      this.#bmp = new Uint8Array(0x10000)
      for (let i = 0; i < this.ranges.length && this.ranges[i] < 0x10000; i += 2)
        this.#bmp.fill(1, this.ranges[i], Math.min(this.ranges[i + 1] + 1, 0x10000))
    }
    return this.#bmp
  }

  has(point: number): boolean {
    if (point < 0x10000) return this.bmp[point] === 1
    let low = 0
    let high = this.ranges.length / 2 - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      if (point < this.ranges[middle * 2]) high = middle - 1
      else if (point > this.ranges[middle * 2 + 1]) low = middle + 1
      else return true
    }
    return false
  }

  /** Ranges for the inside of a JavaScript character class under the u flag. */
  toClassBody(): string {
    let body = ''
    for (let i = 0; i < this.ranges.length; i += 2) {
      body += escapePoint(this.ranges[i])
      if (this.ranges[i + 1] > this.ranges[i]) body += `-${escapePoint(this.ranges[i + 1])}`
    }
    return body
  }
}

export function escapePoint(point: number): string {
  return `\\u{${point.toString(16)}}`
}

function lazy(text: string): () => CharSet {
  let set: CharSet | undefined
  return () => {
    set ??= CharSet.decode(text)
    return set
  }
}

/** The character classes that operators share, each as Python or Data-Juicer has it, decoded when first used. */
export const charSets = {
  pythonAlnum: lazy(encoded.pythonAlnum),
  pythonSpace: lazy(encoded.pythonSpace),
  pythonLineBreak: lazy(encoded.pythonLineBreak),
  special: lazy(encoded.special),
  spaceLike: lazy(encoded.spaceLike),
  reSpace: lazy(encoded.reSpace),
  reDigit: lazy(encoded.reDigit),
  reWord: lazy(encoded.reWord),
  regexSpace: lazy(encoded.regexSpace),
  regexDigit: lazy(encoded.regexDigit),
  regexWord: lazy(encoded.regexWord),
  regexPunctuation: lazy(encoded.regexPunctuation),
  nfcSuspect: lazy(encoded.nfcSuspect),
  unassigned: lazy(encoded.unassigned),
} as const

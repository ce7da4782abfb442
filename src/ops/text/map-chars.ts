import { readUnits } from '../../util/utf16.js'

/** Replacements of single characters of the basic plane. */
export class CharMap {
  readonly #flags = new Uint8Array(0x10000)
  readonly #replacements = new Map<number, string>()

  constructor(entries: Iterable<readonly [string, string]>) {
    for (const [from, to] of entries) {
      this.#flags[from.charCodeAt(0)] = 1
      this.#replacements.set(from.charCodeAt(0), to)
    }
  }

  has(unit: number): boolean {
    return this.#flags[unit] === 1
  }

  /** The text with each listed character replaced; the same string where none occurs. */
  apply(text: string): string {
    const flags = this.#flags
    const { length } = text
    const units = readUnits(text)
    let at = 0
    while (at < length && flags[units[at]] === 0) at++
    if (at === length) return text
    let out = ''
    let from = 0
    for (; at < length; at++) {
      const c = units[at]
      if (flags[c] === 0) continue
      if (at > from) out += text.slice(from, at)
      out += this.#replacements.get(c)
      from = at + 1
    }
    return out + text.slice(from)
  }
}

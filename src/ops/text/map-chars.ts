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

  /** The text with each listed character replaced; the same string where none occurs. */
  apply(text: string): string {
    const flags = this.#flags
    let out = ''
    let from = 0
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (flags[c] === 0) continue
      out += text.slice(from, i) + this.#replacements.get(c)
      from = i + 1
    }
    return from === 0 ? text : out + text.slice(from)
  }
}

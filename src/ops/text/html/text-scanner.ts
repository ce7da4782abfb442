/** Looks for marks in a text from left to right; what was once not found further on is not looked for again. */
export class TextScanner {
  readonly #exhausted = new Map<RegExp | string, number>()

  constructor(readonly text: string) {}

  /** Where a mark stands at `from` or later, or -1. */
  indexOf(mark: string, from: number): number {
    if ((this.#exhausted.get(mark) ?? Number.POSITIVE_INFINITY) <= from) return -1
    const at = this.text.indexOf(mark, from)
    if (at < 0) this.#exhausted.set(mark, from)
    return at
  }

  /** The first match of a global pattern at `from` or later. */
  search(pattern: RegExp, from: number): { readonly start: number; readonly end: number } | undefined {
    if ((this.#exhausted.get(pattern) ?? Number.POSITIVE_INFINITY) <= from) return undefined
    pattern.lastIndex = from
    const match = pattern.exec(this.text)
    if (match !== null) return { start: match.index, end: pattern.lastIndex }
    this.#exhausted.set(pattern, from)
    return undefined
  }
}

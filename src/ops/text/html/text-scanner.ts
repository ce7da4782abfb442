/** What the characters of a run have in common; each test is one and the same function. */
export type CharTest = (c: string) => boolean

/** Looks for marks in a text from left to right, and goes over no part of it again and again. */
export class TextScanner {
  /** From where on a mark is known not to stand. */
  readonly #exhausted = new Map<RegExp | string, number>()
  /** The run of characters gone over last, by what they have in common. */
  readonly #runs = new Map<CharTest, { readonly from: number; readonly end: number }>()

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

  /** The first offset at `from` or later whose character is of another kind. */
  skipWhile(test: CharTest, from: number): number {
    const run = this.#runs.get(test)
    if (run !== undefined && run.from <= from && from < run.end) return run.end
    let end = from
    while (end < this.text.length && test(this.text[end])) end++
    if (end - from > 1) this.#runs.set(test, { from, end })
    return end
  }
}

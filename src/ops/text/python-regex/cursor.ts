import { PatternError } from './pattern-error.js'

/** A place in a pattern that moves on as the pattern is read, code point by code point. */
export class Cursor {
  readonly #points: readonly string[]
  at = 0

  constructor(readonly source: string) {
    this.#points = [...source]
  }

  get isAtEnd(): boolean {
    return this.at >= this.#points.length
  }

  get current(): string | undefined {
    return this.#points[this.at]
  }

  get next(): string | undefined {
    return this.#points[this.at + 1]
  }

  /** The code point here; moves past it. */
  takePoint(): number {
    return this.#points[this.at++].codePointAt(0)!
  }

  /** What is still to be read, or the first `count` code points of it. */
  rest(count = this.#points.length): string {
    return this.#points.slice(this.at, this.at + count).join('')
  }

  startsWith(text: string): boolean {
    return this.rest(text.length) === text
  }

  /** Where a character stands next, or -1. */
  indexOf(character: string): number {
    return this.#points.indexOf(character, this.at)
  }

  /** @throws {PatternError} that names the pattern and the place */
  fail(what: string): never {
    throw new PatternError(this.source, this.at, what)
  }
}

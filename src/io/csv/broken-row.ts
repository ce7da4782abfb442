import type { BrokenPlace } from './csv-rows.js'

/** More of a broken place is told by reference. */
const mostCarried = 1 << 20

/** Gathers the lines of a place that holds no row. */
export class BrokenRow {
  static readonly notUtf8 = 'the row is not valid UTF-8'
  readonly #line: number
  readonly #offset: number
  readonly #flaw: string
  readonly #mostCarried: number
  readonly #parts: Buffer[] = []
  #lengthBytes = 0
  #lines = 0
  /** False between lines, where what follows may be a row again. */
  isInLine = false

  constructor(
    { line, offset, flaw }: Pick<BrokenPlace, 'line' | 'offset'> & { readonly flaw: string },
    maxRecordBytes: number,
  ) {
    this.#line = line
    this.#offset = offset
    this.#flaw = flaw
    this.#mostCarried = Math.min(mostCarried, maxRecordBytes)
  }

  beginLine(): void {
    this.isInLine = true
  }

  add(bytes: Buffer): void {
    this.#lengthBytes += bytes.length
    if (this.#lengthBytes <= this.#mostCarried) this.#parts.push(Buffer.from(bytes))
    else this.#parts.length = 0
  }

  endLine(): void {
    this.isInLine = false
    this.#lines++
  }

  place(): BrokenPlace {
    const isCarried = this.#lengthBytes <= this.#mostCarried
    return {
      line: this.#line,
      offset: this.#offset,
      code: this.#flaw === BrokenRow.notUtf8 ? 'not_utf8' : 'bad_value',
      message: `${this.#flaw}; the entry spans ${this.#lines === 1 ? '1 line' : `${this.#lines} lines`}`,
      lengthBytes: this.#lengthBytes,
      bytes: isCarried ? Buffer.concat(this.#parts) : undefined,
    }
  }
}

import type { SourceSpec } from '../../core/pipeline-spec.js'
import { Column } from '../../util/column.js'
import { KeyTable } from '../../util/key-table.js'
import { idIn, isGroup, lineOf, nameIn, sourceOf } from './source-line.js'

const chunkBytes = 1 << 20

/** Lines of text, held as bytes outside the heap: there may be millions of them. */
class LineStore {
  readonly #chunks: Buffer[] = []
  #used = chunkBytes
  readonly #places = Column.doubles()
  readonly #lengths = Column.words()
  #size = 0

  add(line: string | Buffer): number {
    const length = typeof line === 'string' ? Buffer.byteLength(line) : line.length
    if (this.#used + length > chunkBytes) {
      this.#chunks.push(Buffer.allocUnsafe(Math.max(chunkBytes, length)))
      this.#used = 0
    }
    const chunk = this.#chunks[this.#chunks.length - 1]
    if (typeof line === 'string') chunk.write(line, this.#used)
    else line.copy(chunk, this.#used)
    this.#places.set(this.#size, (this.#chunks.length - 1) * chunkBytes + this.#used)
    this.#lengths.set(this.#size, length)
    this.#used += length
    return this.#size++
  }

  text(number: number): string {
    const place = this.#places.get(number)
    const at = place % chunkBytes
    return this.#chunks[Math.floor(place / chunkBytes)].toString('utf8', at, at + this.#lengths.get(number))
  }
}

/**
 * The sources of a pipeline in their order. They are held as the lines that they are put on record as, and made anew each time
 * that one is asked for: what is complete is looked at once.
 */
export class SourceList {
  readonly #store: LineStore
  readonly #lines = Column.words()
  /** Ids, numbered as the sources are. */
  readonly #ids = new KeyTable()
  /** Sources that are several files. */
  groups = 0
  /** False once anything differs from the list before. */
  #isSame: boolean

  #before: SourceList | undefined
  /** The line that was asked for last: its name is looked up, and then it is compared. */
  #asked = { index: -1, line: '' }

  /** @param before a list with which it is compared as it is made, and most of which it holds, too */
  constructor(before?: SourceList) {
    this.#before = before
    this.#store = before === undefined ? new LineStore() : before.#store
    this.#isSame = before !== undefined
  }

  get length(): number {
    return this.#ids.size
  }

  /** Ends the comparison: true where it holds what the list before it did. */
  settle(): boolean {
    const isSame = this.#isSame && this.length === this.#before?.length
    this.#before = undefined
    return isSame
  }

  /** @throws {RangeError} where there is no such source */
  at(index: number): SourceSpec {
    return sourceOf(this.line(index))
  }

  line(index: number): string {
    if (index < 0 || index >= this.length) throw new RangeError(`there is no source ${index} of ${this.length}`)
    if (index !== this.#asked.index) this.#asked = { index, line: this.#store.text(this.#lines.get(index)) }
    return this.#asked.line
  }

  *lines(): Generator<string> {
    for (let index = 0; index < this.length; index++) yield this.line(index)
  }

  *[Symbol.iterator](): Generator<SourceSpec> {
    for (const line of this.lines()) yield sourceOf(line)
  }

  /** Place of a source in the list, -1 where it is not there. */
  indexOf(id: string): number {
    return this.#ids.find(0, id)
  }

  has(id: string): boolean {
    return this.indexOf(id) >= 0
  }

  name(index: number): string {
    return nameIn(this.line(index))
  }

  /** Adds a source; one that is known as it is needs no more room. */
  add(source: SourceSpec): void {
    const line = lineOf(source)
    const index = this.#ids.add(0, source.id)
    const known = this.#before?.indexOf(source.id) ?? -1
    const isKnown = known >= 0 && this.#before?.line(known) === line
    if (known !== index || !isKnown) this.#isSame = false
    this.#lines.set(index, isKnown ? (this.#before as SourceList).#lines.get(known) : this.#store.add(line))
    if (isGroup(source)) this.groups++
  }

  /** Adds a source by its line, as it is on record; the number of groups is to be told apart. */
  addLine(line: Buffer): void {
    this.#lines.set(this.#ids.add(0, idIn(line.toString('utf8'))), this.#store.add(line))
  }
}

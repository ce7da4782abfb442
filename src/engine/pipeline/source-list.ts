import type { SourceSpec } from '../../core/pipeline-spec.js'
import { Column } from '../../util/column.js'
import { KeyTable } from '../../util/key-table.js'
import { heldOf, heldOfLine, idOfHeld, lineOfHeld, nameOfHeld, sourceOf } from './held-source.js'
import { isGroup } from './source-line.js'

const chunkBytes = 1 << 20

/** Texts, held as bytes outside the heap: there may be millions of them. */
class TextStore {
  readonly #chunks: Buffer[] = []
  #used = chunkBytes
  readonly #places = Column.doubles()
  readonly #lengths = Column.words()
  #size = 0

  add(text: string): number {
    const length = Buffer.byteLength(text)
    if (this.#used + length > chunkBytes) {
      this.#chunks.push(Buffer.allocUnsafe(Math.max(chunkBytes, length)))
      this.#used = 0
    }
    const chunk = this.#chunks[this.#chunks.length - 1]
    chunk.write(text, this.#used)
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
 * The sources of a pipeline in their order. A short text is held of each, and it is made anew each time that it is asked for:
 * what is complete is looked at once.
 */
export class SourceList {
  readonly #store: TextStore
  readonly #texts = Column.words()
  /** Ids, numbered as the sources are. */
  readonly #ids = new KeyTable()
  /** Sources that are several files. */
  groups = 0
  /** False once anything differs from the list before. */
  #isSame: boolean

  #before: SourceList | undefined
  /** The text that was asked for last: its name is looked up, and then it is compared. */
  #asked = { index: -1, text: '' }

  /** @param before a list with which it is compared as it is made, and most of which it holds, too */
  constructor(before?: SourceList) {
    this.#before = before
    this.#store = before === undefined ? new TextStore() : before.#store
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
    return sourceOf(this.#text(index))
  }

  *[Symbol.iterator](): Generator<SourceSpec> {
    for (let index = 0; index < this.length; index++) yield this.at(index)
  }

  /** The sources as they are put on record. */
  *lines(): Generator<string> {
    for (let index = 0; index < this.length; index++) yield lineOfHeld(this.#text(index))
  }

  #text(index: number): string {
    if (index < 0 || index >= this.length) throw new RangeError(`there is no source ${index} of ${this.length}`)
    if (index !== this.#asked.index) this.#asked = { index, text: this.#store.text(this.#texts.get(index)) }
    return this.#asked.text
  }

  /** Place of a source in the list, -1 where it is not there. */
  indexOf(id: string): number {
    return this.#ids.find(0, id)
  }

  has(id: string): boolean {
    return this.indexOf(id) >= 0
  }

  name(index: number): string {
    return nameOfHeld(this.#text(index))
  }

  /** Adds a source; one that is known as it is needs no more room. */
  add(source: SourceSpec): void {
    this.#add(source.id, heldOf(source))
    if (isGroup(source)) this.groups++
  }

  /** Adds a source by its line, as it is on record. */
  addLine(line: string): void {
    const held = heldOfLine(line)
    this.#add(idOfHeld(held), held)
    // What is held as its line may be several files.
    if (held === line && isGroup(sourceOf(held))) this.groups++
  }

  #add(id: string, text: string): void {
    const index = this.#ids.add(0, id)
    const before = this.#before
    const known = before === undefined ? -1 : before.indexOf(id)
    const same =
      before !== undefined && known >= 0 && before.#text(known) === text ? before.#texts.get(known) : undefined
    if (known !== index || same === undefined) this.#isSame = false
    this.#texts.set(index, same ?? this.#store.add(text))
  }
}

import { SampleError } from '../../../core/sample-error.js'
import { strip } from '../python-text.js'
import { HtmlWriter } from './html-writer.js'
import { type Element, isElement, rawTextNames } from './tolerant-tree.js'
import { walk } from './walk.js'

/** What is noted of one sample may come to this many characters; tables within tables square its length. */
const maxCharacters = 1 << 27

/**
 * The HTML of each table; a table within another stands in both.
 *
 * @throws {SampleError} where all of it is longer than a sample can be
 */
export function htmlOfTables(root: Element): string[] {
  const writer = new HtmlWriter()
  const tables = new Spans()
  walk(root, {
    enter(element) {
      if (element.name === 'table') tables.open(element, writer.html.length)
      writer.enter(element)
    },
    leave(element) {
      writer.leave(element)
      if (element.name === 'table') tables.close(element, writer.html.length)
    },
    text: (text, parent) => writer.text(text, parent),
    raw: raw => writer.raw(raw),
  })
  const spans = tables.all()
  checkSize(sum(spans, ([from, to]) => to - from))
  return spans.map(([from, to]) => writer.html.slice(from, to))
}

/**
 * The rows of each table that has any, as the texts of their cells; a row stands in every table around it.
 *
 * @throws {SampleError} where all of it is longer than a sample can be
 */
export function rowsOfTables(root: Element, includesHeader: boolean): string[][][] {
  let content = ''
  const rows: (readonly Element[])[] = []
  const tables = new Spans()
  const cells = new Spans()
  walk(root, {
    enter(element) {
      if (element.name === 'table') tables.open(element, rows.length)
      else if (isCell(element)) cells.open(element, content.length)
      else if (element.name === 'tr') {
        const row = element.children.filter(child => isElement(child)).filter(isCell)
        if (row.length > 0 && (includesHeader || row.every(cell => cell.name === 'td'))) rows.push(row)
      }
    },
    leave(element) {
      if (element.name === 'table') tables.close(element, rows.length)
      else if (isCell(element)) cells.close(element, content.length)
    },
    text(text, parent) {
      if (!rawTextNames.has(parent.name)) content += strip(text)
    },
  })
  const sizeBefore = [0]
  for (const row of rows) sizeBefore.push(sizeBefore.at(-1)! + sum(row, cell => cells.lengthOf(cell) + '"",'.length))
  const spans = tables.all().filter(([from, to]) => to > from)
  checkSize(sum(spans, ([from, to]) => sizeBefore[to] - sizeBefore[from]))
  const written = rows.map(row => row.map(cell => content.slice(...cells.of(cell))))
  return spans.map(([from, to]) => written.slice(from, to))
}

/** Where elements begin and end in what is made of them in the order of the document. */
class Spans {
  readonly #spans = new Map<Element, [from: number, to: number]>()

  open(element: Element, from: number): void {
    this.#spans.set(element, [from, from])
  }

  close(element: Element, to: number): void {
    this.#spans.get(element)![1] = to
  }

  of(element: Element): readonly [from: number, to: number] {
    return this.#spans.get(element)!
  }

  lengthOf(element: Element): number {
    const [from, to] = this.of(element)
    return to - from
  }

  /** In the order of the document. */
  all(): readonly (readonly [from: number, to: number])[] {
    return [...this.#spans.values()]
  }
}

function isCell(element: Element): boolean {
  return element.name === 'td' || element.name === 'th'
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

function checkSize(characters: number): void {
  if (characters <= maxCharacters) return
  throw new SampleError(
    'too_large',
    `its tables stand in one another: noted one by one they come to ${characters} characters, and ${maxCharacters} are allowed`,
  )
}

import { bytesAsText, keyJson } from '../columns/json-text.js'
import type { ColumnValues } from './column-chunk.js'
import { LeafCursor } from './leaf-cursor.js'
import { leafToJson } from './leaf-to-json.js'
import { isList, isMap, isRepeated, listElement, repeatedChild, type SchemaNode } from './schema-node.js'
import { variantReader } from './variant.js'

/** Gives the JSON text of what stands at the cursors of a node, and moves them past it. */
type ReadText = () => string

/** Puts rows of JSON text together from the columns of row groups. */
export class RowText {
  readonly #cursors = new Map<SchemaNode, LeafCursor>()
  readonly #read: readonly (readonly [head: string, read: ReadText])[]

  /** Columns of bytes called as one of `texts` hold text. */
  constructor(columns: readonly SchemaNode[], texts: readonly string[] = []) {
    for (const leaf of columns.flatMap(({ leaves }) => leaves)) this.#cursors.set(leaf, new LeafCursor(leaf.maxDef))
    this.#read = columns.map((column, index) => [
      `${index > 0 ? ',' : ''}${JSON.stringify(column.name)}:`,
      texts.includes(column.name) ? textReader(column, this.#cursors) : reader(column, this.#cursors),
    ])
  }

  /** Starts on another row group; gives the values of each leaf. */
  open(valuesOf: (leaf: SchemaNode) => ColumnValues): void {
    for (const [leaf, cursor] of this.#cursors) cursor.open(valuesOf(leaf))
  }

  /**
   * The next row. Where a value in it cannot be written, the row is passed over all the same.
   *
   * @throws {BadValueError} where a value of the row is not as its type says
   */
  next(): string {
    for (const cursor of this.#cursors.values()) cursor.beginRow()
    try {
      let text = '{'
      for (const [head, read] of this.#read) text += head + read()
      return `${text}}`
    } catch (error) {
      for (const cursor of this.#cursors.values()) cursor.endRow()
      throw error
    }
  }

  /** True where every row of the row group was read. */
  get isAtEnd(): boolean {
    return [...this.#cursors.values()].every(({ isAtEnd }) => isAtEnd)
  }
}

type Cursors = ReadonlyMap<SchemaNode, LeafCursor>

/** Reads a field as it stands in a group: perhaps absent, perhaps repeated. */
function reader(node: SchemaNode, cursors: Cursors): ReadText {
  const content = contentReader(node, cursors)
  // A repeated field without a LIST around it is a list of itself.
  if (isRepeated(node)) return repetitionReader(node, content, cursors)
  if (node.children.length === 0 || node.element.repetition_type === 'REQUIRED') return content
  return optional(node, content, cursors)
}

function optional(node: SchemaNode, content: ReadText, cursors: Cursors): ReadText {
  const below = cursorsOf(node, cursors)
  return () => {
    if (below[0].def >= node.maxDef) return content()
    for (const cursor of below) cursor.skip()
    return 'null'
  }
}

/** Reads a field that is there, and once. */
function contentReader(node: SchemaNode, cursors: Cursors): ReadText {
  if (node.children.length === 0) return leafReader(node, cursors)
  if (node.element.logical_type?.type === 'VARIANT') return variantReader(node, cursors)
  const repeated = isList(node) || isMap(node) ? repeatedChild(node) : undefined
  if (repeated === undefined) return structReader(node.children, cursors)
  return isMap(node) ? mapReader(repeated, cursors) : listReader(node, repeated, cursors)
}

function leafReader(node: SchemaNode, cursors: Cursors): ReadText {
  const [cursor] = cursorsOf(node, cursors)
  const convert = leafToJson(node.element)
  return () => {
    const value = cursor.take()
    return value === undefined ? 'null' : convert(value)
  }
}

/** Reads bytes that nobody annotated as the text that they are. */
function textReader(node: SchemaNode, cursors: Cursors): ReadText {
  if (node.children.length > 0 || isRepeated(node) || node.element.type !== 'BYTE_ARRAY') return reader(node, cursors)
  const [cursor] = cursorsOf(node, cursors)
  return () => {
    const value = cursor.take()
    return value === undefined ? 'null' : bytesAsText(node.name, value as Uint8Array)
  }
}

function structReader(children: readonly SchemaNode[], cursors: Cursors): ReadText {
  const members = children.map((child, index) => {
    return [`${index > 0 ? ',' : ''}${JSON.stringify(child.name)}:`, reader(child, cursors)] as const
  })
  return () => {
    let text = '{'
    for (const [head, read] of members) text += head + read()
    return `${text}}`
  }
}

function listReader(list: SchemaNode, repeated: SchemaNode, cursors: Cursors): ReadText {
  const element = listElement(list, repeated)
  const read = element === repeated ? contentReader(repeated, cursors) : reader(element, cursors)
  return repetitionReader(repeated, read, cursors)
}

function repetitionReader(repeated: SchemaNode, read: ReadText, cursors: Cursors): ReadText {
  const each = repetition(repeated, cursors)
  return () => {
    const items: string[] = []
    each(() => items.push(read()))
    return `[${items.join(',')}]`
  }
}

/** Maps become objects; a key that is no string is its JSON text. One that has keys alone is a list of them. */
function mapReader(repeated: SchemaNode, cursors: Cursors): ReadText {
  const [keyNode, valueNode] = repeated.children
  if (keyNode === undefined || valueNode === undefined || repeated.children.length > 2)
    return repetitionReader(repeated, contentOfEntry(repeated, cursors), cursors)
  const key = reader(keyNode, cursors)
  const value = reader(valueNode, cursors)
  const each = repetition(repeated, cursors)
  return () => {
    const members: string[] = []
    each(() => {
      const name = keyJson(key())
      members.push(`${name}:${value()}`)
    })
    return `{${members.join(',')}}`
  }
}

function contentOfEntry(repeated: SchemaNode, cursors: Cursors): ReadText {
  return repeated.children.length === 1 ? reader(repeated.children[0], cursors) : contentReader(repeated, cursors)
}

/** Calls back for each time that a repeated field stands there. */
function repetition(repeated: SchemaNode, cursors: Cursors): (each: () => void) => void {
  const below = cursorsOf(repeated, cursors)
  const [first] = below
  return each => {
    if (first.def < repeated.maxDef) {
      for (const cursor of below) cursor.skip()
      return
    }
    do each()
    while (first.rep === repeated.maxRep)
  }
}

export function cursorsOf(node: SchemaNode, cursors: Cursors): LeafCursor[] {
  return node.leaves.map(leaf => cursors.get(leaf) as LeafCursor)
}

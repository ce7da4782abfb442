import { toBuffer } from '../columns/json-text.js'
import type { LeafCursor } from './leaf-cursor.js'
import { leafToJson } from './leaf-to-json.js'
import { isList, listElement, repeatedChild, type SchemaNode } from './schema-node.js'
import { readVariant, readVariantNames, type VariantNames, type VariantValue, variantText } from './variant-binary.js'

type Cursors = ReadonlyMap<SchemaNode, LeafCursor>

/** Reads what stands at the cursors; undefined where there is nothing, which for a field means that it is absent. */
type ReadVariant = (names: VariantNames) => VariantValue | undefined

/** Reads a variant as JSON text, also one whose parts stand in columns of their own ("shredded"). */
export function variantReader(node: SchemaNode, cursors: Cursors): () => string {
  const metadata = childCalled(node, 'metadata')
  if (metadata === undefined) throw new Error(`the variant "${node.path.join('.')}" has no metadata`)
  const cursor = cursors.get(metadata) as LeafCursor
  const read = partReader(node, cursors)
  return () => {
    const bytes = cursor.take()
    const value = read(bytes === undefined ? [] : readVariantNames(toBuffer(bytes as Uint8Array)))
    return value === undefined ? 'null' : variantText(value)
  }
}

/** Reads a group of `value` and `typed_value`, either of which may be missing. */
function partReader(group: SchemaNode, cursors: Cursors): ReadVariant {
  const value = childCalled(group, 'value')
  const typed = childCalled(group, 'typed_value')
  const cursor = value && (cursors.get(value) as LeafCursor)
  const readTyped = typed && typedReader(typed, cursors)
  return names => {
    const bytes = cursor?.take()
    const found = readTyped?.(names)
    if (bytes === undefined) return found
    const rest = readVariant(toBuffer(bytes as Uint8Array), names)
    return found instanceof Map && rest instanceof Map ? new Map([...rest, ...found]) : (found ?? rest)
  }
}

function typedReader(typed: SchemaNode, cursors: Cursors): ReadVariant {
  if (typed.children.length === 0) {
    const cursor = cursors.get(typed) as LeafCursor
    const convert = leafToJson(typed.element)
    return () => {
      const value = cursor.take()
      return value === undefined ? undefined : convert(value)
    }
  }
  const below = typed.leaves.map(leaf => cursors.get(leaf) as LeafCursor)
  const repeated = isList(typed) ? repeatedChild(typed) : undefined
  const read =
    repeated === undefined
      ? objectReader(typed, cursors)
      : arrayReader(repeated, below, partReader(listElement(typed, repeated), cursors))
  return names => {
    if (below[0].def >= typed.maxDef) return read(names)
    for (const cursor of below) cursor.skip()
    return undefined
  }
}

function objectReader(typed: SchemaNode, cursors: Cursors): ReadVariant {
  const fields = typed.children.map(child => [child.name, partReader(child, cursors)] as const)
  return names => {
    const members = new Map<string, string>()
    for (const [name, read] of fields) {
      const value = read(names)
      if (value !== undefined) members.set(name, variantText(value))
    }
    return members
  }
}

/** Reads the elements of a list, of which `repeated` is the field that repeats, each by `read`. */
function arrayReader(repeated: SchemaNode, below: readonly LeafCursor[], read: ReadVariant): ReadVariant {
  return names => {
    const items: string[] = []
    if (below[0].def < repeated.maxDef) for (const cursor of below) cursor.skip()
    else
      do items.push(variantText(read(names) ?? 'null'))
      while (below[0].rep === repeated.maxRep)
    return `[${items.join(',')}]`
  }
}

function childCalled(group: SchemaNode, name: string): SchemaNode | undefined {
  return group.children.find(child => child.name === name)
}

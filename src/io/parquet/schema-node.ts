import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet'
import { parquetSchema } from 'hyparquet'
import { InputError } from '../input-error.js'

/** A part of a Parquet schema, with the levels that its values and those inside it carry. */
export interface SchemaNode {
  readonly name: string
  readonly element: SchemaElement
  readonly children: readonly SchemaNode[]
  /** From the root, without it. */
  readonly path: readonly string[]
  /** The definition level from which on it is there. */
  readonly maxDef: number
  readonly maxRep: number
  /** The columns below, in order; of a leaf, itself. */
  readonly leaves: readonly SchemaNode[]
}

/**
 * The top-level columns of a file.
 *
 * @throws {InputError} where two fields side by side have one name: a sample can hold only one of them
 */
export function columnsOfSchema(path: string, metadata: FileMetaData): readonly SchemaNode[] {
  const nodes = parquetSchema(metadata).children.map(child => toNode(child, { maxDef: 0, maxRep: 0 }))
  refuseDuplicates(path, nodes)
  return nodes
}

function toNode(tree: SchemaTree, above: Pick<SchemaNode, 'maxDef' | 'maxRep'>): SchemaNode {
  const { element } = tree
  const maxDef = element.repetition_type === 'REQUIRED' ? above.maxDef : above.maxDef + 1
  const maxRep = element.repetition_type === 'REPEATED' ? above.maxRep + 1 : above.maxRep
  const children = tree.children.map(child => toNode(child, { maxDef, maxRep }))
  const leaves = children.flatMap(below => below.leaves)
  const node = { name: element.name, element, children, path: tree.path, maxDef, maxRep, leaves }
  if (children.length === 0) leaves.push(node)
  return node
}

function refuseDuplicates(path: string, nodes: readonly SchemaNode[]): void {
  const names = nodes.map(({ name }) => name)
  const twice = nodes.find(({ name }, index) => names.indexOf(name) < index)
  if (twice !== undefined)
    throw new InputError(
      'unsupported',
      `${path}: its schema names the column "${twice.path.join('.')}" twice; write the file anew with different names`,
      { path },
    )
  for (const { children } of nodes) refuseDuplicates(path, children)
}

/** Whether a group is a map; its keys become the keys of an object. */
export function isMap({ element: { converted_type, logical_type } }: SchemaNode): boolean {
  return converted_type === 'MAP' || converted_type === 'MAP_KEY_VALUE' || logical_type?.type === 'MAP'
}

export function isList({ element: { converted_type, logical_type } }: SchemaNode): boolean {
  return converted_type === 'LIST' || logical_type?.type === 'LIST'
}

export function isRepeated({ element }: SchemaNode): boolean {
  return element.repetition_type === 'REPEATED'
}

/**
 * What is inside of a group that is a list or a map: the field that repeats, or undefined where the group does not keep to
 * the form and is a struct.
 */
export function repeatedChild({ children }: SchemaNode): SchemaNode | undefined {
  return children.length === 1 && isRepeated(children[0]) ? children[0] : undefined
}

/**
 * The element of a list, by Parquet's rules for what older writers left out: the repeated field itself where it is no
 * group, has several fields or a repeated one, is a list or map itself, or is called `array` or `<list>_tuple`; otherwise
 * the one field in it.
 */
export function listElement(list: SchemaNode, repeated: SchemaNode): SchemaNode {
  const [only, ...others] = repeated.children
  const isElement =
    only === undefined ||
    others.length > 0 ||
    isRepeated(only) ||
    isList(repeated) ||
    isMap(repeated) ||
    repeated.name === 'array' ||
    repeated.name === `${list.name}_tuple`
  return isElement ? repeated : only
}

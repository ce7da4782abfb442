import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml'
import type { OperatorCatalog } from '../core/operator.js'
import { RecipeDocument } from './recipe-document.js'
import { applyEdits, type KeyPath, type RecipeEdit } from './recipe-edits.js'
import { findAbsent } from './skip-absent.js'
import { translateRecipe } from './translate-recipe.js'

/** A recipe that runs here, made of one that was written for elsewhere. */
export interface PortedRecipe {
  readonly text: string
  readonly notes: readonly string[]
  /** How many operators there are, and how many of them run here. */
  readonly operators: number
  readonly running: number
}

/**
 * Writes a recipe anew so that it runs here: what is called otherwise is renamed, what there is not is left out, each with
 * a comment where it stood. The rest stays as it is, the user's own comments too.
 *
 * @throws {RecipeError} where the file cannot be read or is no YAML
 */
export async function portRecipe(file: string, catalog: OperatorCatalog): Promise<PortedRecipe> {
  const { text, value, duplicates } = RecipeDocument.load(file)
  const document = parseDocument(text, { uniqueKeys: false })
  dropDuplicates(document)
  const translation = translateRecipe(value, new Set())
  const translated = applyEdits(value, translation)
  const absent = await findAbsent(translated, catalog)
  const edits = [...translation, ...absent.edits]
  for (const edit of edits) editDocument(document, edit)
  removeHoles(document)
  const operators = Array.isArray(value['process']) ? value['process'].length : 0
  return {
    text: document.toString({ lineWidth: 0 }),
    notes: [
      ...duplicates.map(({ key, line }) => `${key} occurs twice; the one in line ${line} stays`),
      ...edits.map(({ note }) => note),
    ],
    operators,
    running: operators - absent.operators.length,
  }
}

const mark = ' pawl:'

function editDocument(document: Document, edit: RecipeEdit): void {
  if (edit.kind === 'replace') {
    const own = commentsIn(document.getIn(edit.path, true))
    setAt(document, edit.path, edit.value)
    comment(document, edit.path, `${mark} ${edit.note}`)
    for (const text of own) comment(document, edit.path, text)
    return
  }
  const old = describe(document, edit.path)
  const value = edit.kind === 'move' ? (edit.value ?? document.getIn(edit.path, true)) : undefined
  const isFree = edit.kind === 'move' && document.getIn(edit.to) === undefined
  if (edit.kind === 'move' && isFree && edit.path.length === 1 && edit.to.length === 1) {
    renameKey(document.contents as YAMLMap, String(edit.path[0]), String(edit.to[0]))
    comment(document, edit.to, `${mark} ${edit.note}`)
    return
  }
  leaveOut(document, edit.path, `${edit.note}${old}`)
  if (edit.kind === 'move' && isFree) {
    setAt(document, edit.to, value)
    comment(document, edit.to, `${mark} ${edit.note}`)
  }
}

function describe(document: Document, path: KeyPath): string {
  const value: unknown = document.getIn(path)
  const text = JSON.stringify(isMap(value) || isSeq(value) ? (value as Node).toJS(document) : value)
  return text === undefined || text === 'null' || text.length > 200 ? '' : ` (was ${text})`
}

/** Sets a value, with nodes for the keys on the way, so that comments can stand at them. */
function setAt(document: Document, path: KeyPath, value: unknown): void {
  let at: unknown = document.contents
  for (const [depth, key] of path.entries()) {
    const isLast = depth === path.length - 1
    if (isSeq(at)) {
      if (isLast) at.items[Number(key)] = document.createNode(value)
      at = at.items[Number(key)]
    } else if (isMap(at)) {
      const pair = at.items.findLast(one => isScalar(one.key) && String(one.key.value) === String(key))
      if (pair === undefined) at.add(document.createPair(String(key), isLast ? value : {}))
      else if (isLast || !(isMap(pair.value) || isSeq(pair.value)))
        pair.value = document.createNode(isLast ? value : {})
      at = at.get(String(key), true)
    }
  }
}

function renameKey(map: YAMLMap, from: string, to: string): void {
  const pair = map.items.findLast(({ key }) => isScalar(key) && String(key.value) === from)
  if (pair !== undefined && isScalar(pair.key)) pair.key.value = to
}

/** Puts a comment before what stands at a path. */
function comment(document: Document, path: KeyPath, text: string): void {
  const parent = document.getIn(path.slice(0, -1), true) ?? document.contents
  const key = path[path.length - 1]
  const node = isMap(parent)
    ? (parent.items.findLast(pair => isScalar(pair.key) && String(pair.key.value) === String(key))?.key as Node)
    : isSeq(parent)
      ? (parent.items[Number(key)] as Node)
      : undefined
  if (node !== undefined) node.commentBefore = joined(node.commentBefore, text)
}

/** The comments at a node and inside it. */
function commentsIn(node: unknown): string[] {
  const found: string[] = []
  const take = (_: unknown, { commentBefore, comment: behind }: Node) => {
    for (const text of [commentBefore, behind]) if (text) found.push(text)
  }
  if (isNode(node) || isPair(node)) visit(node as Node, { Map: take, Seq: take, Scalar: take, Alias: take })
  return found
}

function joined(before: string | null | undefined, added: string): string {
  return before ? `${before}\n${added}` : added
}

const hole = Symbol('left out')

/** Takes something out and leaves a comment in its place, with the comments that stood at it. */
function leaveOut(document: Document, path: KeyPath, note: string): void {
  const parent = document.getIn(path.slice(0, -1), true) ?? document.contents
  const key = path[path.length - 1]
  if (isSeq(parent)) {
    const left = document.createNode(null) as Node & { [hole]?: string }
    left[hole] = [...commentsIn(parent.items[Number(key)]), `${mark} ${note}`].join('\n')
    parent.items[Number(key)] = left
    return
  }
  if (!isMap(parent)) return
  const at = parent.items.findLastIndex(pair => isScalar(pair.key) && String(pair.key.value) === String(key))
  if (at < 0) return
  const own = commentsIn(parent.items[at])
  parent.items.splice(at, 1)
  keepComment(parent, at, [...own, `${mark} ${note}`].join('\n'))
}

/** A comment goes before what follows, or behind the last. */
function keepComment(parent: YAMLMap | { items: unknown[]; comment?: string | null }, at: number, text: string): void {
  const next = parent.items[at] as Pair | Node | undefined
  const node = next !== undefined && 'key' in next ? (next.key as Node) : (next as Node | undefined)
  if (node !== undefined) node.commentBefore = node.commentBefore ? `${text}\n${node.commentBefore}` : text
  else parent.comment = parent.comment ? `${text}\n${parent.comment}` : text
}

/** Operators that were left out kept their places so far, so that those of others stayed. */
function removeHoles(document: Document): void {
  const list = document.getIn(['process'], true)
  if (!isSeq(list)) return
  for (let at = list.items.length - 1; at >= 0; at--) {
    const text = (list.items[at] as { [hole]?: string } | null)?.[hole]
    if (text === undefined) continue
    list.items.splice(at, 1)
    keepComment(list, at, text)
  }
}

function dropDuplicates(document: Document): void {
  const visitMap = (node: unknown): void => {
    if (isSeq(node)) for (const item of node.items) visitMap(item)
    if (!isMap(node)) return
    for (let at = node.items.length - 1; at >= 0; at--) {
      const { key, value } = node.items[at]
      const isLater = node.items
        .slice(at + 1)
        .some(other => isScalar(other.key) && isScalar(key) && String(other.key.value) === String(key.value))
      if (!isLater) {
        visitMap(value)
        continue
      }
      const own = commentsIn(node.items[at])
      node.items.splice(at, 1)
      keepComment(
        node,
        at,
        [
          ...own,
          `${mark} an earlier ${String((key as { value: unknown }).value)} is left out, since the last counts`,
        ].join('\n'),
      )
    }
  }
  visitMap(document.contents)
}

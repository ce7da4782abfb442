import { scanMembers } from '../util/json-members.js'
import { type Span, skipSpace } from '../util/json-scan.js'
import { stringifyJson } from '../util/json-value.js'
import { decodeUtf8 } from '../util/utf8.js'
import { isJsonObject, type JsonObject, type JsonValue } from './json.js'
import type { SourceText } from './source-text.js'

/** One change of a record: the value now at `keys`, or undefined where the field was removed. */
export interface Edit {
  readonly keys: readonly string[]
  readonly value: JsonValue | undefined
}

/** The record with one edit applied; shares all that it leaves alone. */
export function applyEdit(value: JsonObject, { keys, value: next }: Edit): Record<string, JsonValue> {
  const [key, ...rest] = keys
  const copy: Record<string, JsonValue> = { ...value }
  if (rest.length > 0) {
    const inner = Object.hasOwn(value, key) ? value[key] : undefined
    define(copy, key, applyEdit(isJsonObject(inner) ? inner : {}, { keys: rest, value: next }))
  } else if (next === undefined) delete copy[key]
  else define(copy, key, next)
  return copy
}

/** Assignment that also holds for the key `__proto__`. */
function define(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

/** What the edits make of one object: its new value as a whole, or changes further down. */
type EditTree =
  | { readonly kind: 'value'; readonly value: JsonValue | undefined }
  | { readonly kind: 'inside'; readonly members: Map<string, EditTree> }

/** The source text with the edits spliced in; every byte that no edit covers stays. */
export function spliceEdits(source: Pick<SourceText, 'bytes' | 'start' | 'end'>, edits: readonly Edit[]): Buffer {
  const root = new Map<string, EditTree>()
  for (const edit of edits) plant(root, edit.keys, edit.value)
  const start = skipSpace(source.bytes, source.start, source.end)
  const splicing = new Splicing(source.bytes)
  splicing.keep(source.start, start)
  const after = splicing.writeObject(start, source.end, root)
  splicing.keep(after, source.end)
  return Buffer.concat(splicing.pieces)
}

function plant(members: Map<string, EditTree>, keys: readonly string[], value: JsonValue | undefined): void {
  const [key, ...rest] = keys
  if (rest.length === 0) {
    members.set(key, { kind: 'value', value })
    return
  }
  const inner = members.get(key)
  if (inner?.kind === 'inside') plant(inner.members, rest, value)
  else if (inner !== undefined) {
    const base = isJsonObject(inner.value) ? inner.value : {}
    members.set(key, { kind: 'value', value: applyEdit(base, { keys: rest, value }) })
  } else {
    const deeper = new Map<string, EditTree>()
    plant(deeper, rest, value)
    members.set(key, { kind: 'inside', members: deeper })
  }
}

interface Member extends Span {
  readonly key: string
  readonly valueStart: number
}

/** A text that is put together from pieces of another and from values that are new. */
class Splicing {
  readonly pieces: Buffer[] = []

  constructor(readonly bytes: Buffer) {}

  keep(start: number, end: number): void {
    this.pieces.push(this.bytes.subarray(start, end))
  }

  /** Writes an object with the edits inside, and returns the offset after it. */
  writeObject(start: number, end: number, edits: Map<string, EditTree>): number {
    const { bytes, pieces } = this
    const members: Member[] = []
    const after = scanMembers(bytes, { start, end }, ({ keyStart, keyEnd, valueStart, valueEnd }) => {
      members.push({ key: JSON.parse(decodeUtf8(bytes, keyStart, keyEnd)), start: keyStart, end: valueEnd, valueStart })
    })
    const last = new Map(members.map((member, index) => [member.key, index]))
    let at = start + 1
    let written = 0
    this.keep(start, at)
    for (const [index, member] of members.entries()) {
      const edit = edits.get(member.key)
      if (edit === undefined || !isRemoval(edit)) {
        const gap = written > 0 || index === 0 ? bytes.subarray(at, member.start) : Buffer.alloc(0)
        pieces.push(gap, bytes.subarray(member.start, member.valueStart))
        if (edit === undefined || last.get(member.key) !== index) this.keep(member.valueStart, member.end)
        else this.#writeValue(member, edit)
        written++
      }
      at = member.end
    }
    for (const [key, edit] of edits) {
      if (last.has(key) || isRemoval(edit)) continue
      pieces.push(Buffer.from(`${written++ > 0 ? ',' : ''}${JSON.stringify(key)}:${stringifyJson(plain(edit))}`))
    }
    this.keep(members.length === 0 ? after - 1 : at, after)
    return after
  }

  #writeValue(member: Member, edit: EditTree): void {
    if (edit.kind === 'inside' && this.bytes[member.valueStart] === 0x7b)
      this.writeObject(member.valueStart, member.end, edit.members)
    else this.pieces.push(Buffer.from(stringifyJson(plain(edit))))
  }
}

function isRemoval(edit: EditTree): boolean {
  return edit.kind === 'value' && edit.value === undefined
}

/** The value that an edit makes where nothing stood. */
function plain(edit: EditTree): JsonValue {
  if (edit.kind === 'value') return edit.value ?? null
  const value: Record<string, JsonValue> = {}
  for (const [key, inner] of edit.members)
    if (inner.kind === 'inside' || inner.value !== undefined) define(value, key, plain(inner))
  return value
}

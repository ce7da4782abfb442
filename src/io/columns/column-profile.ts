import { scanItems } from '../../util/json-members.js'
import type { ColumnType, RowColumn, ScalarType } from '../writer.js'
import { kindOfValue, type ValueKind, visitRow } from './visit-row.js'

/** Deeper lists and objects stay JSON text. */
const deepest = 16

/** More fields than this are no record but a map. */
const mostFields = 1000

/** Names that readers of columns do not give back: a byte order mark in front, half a surrogate pair. */
const badName = /^\ufeff|\p{Surrogate}/u

/** What the values of a column, or of a part of one, have shown of their type so far. */
export class ColumnProfile {
  readonly #kinds = new Set<ValueKind>()
  #items: ColumnProfile | undefined
  #fields: Map<string, ColumnProfile> | undefined

  constructor(readonly depth = 0) {}

  observe(bytes: Buffer, start: number, end: number): void {
    // A column known to be JSON text stays it.
    if (this.#kinds.has('other')) return
    const kind = kindOfValue(bytes, start, end)
    this.#kinds.add(kind)
    if (kind === 'list' || kind === 'object') {
      const isOfOneShape = this.depth < deepest && !this.#isMixed() && this.#observeInside(kind, bytes, start, end)
      if (!isOfOneShape) this.#kinds.add('other')
    }
  }

  get type(): ColumnType {
    const kinds = [...this.#kinds].filter(kind => kind !== 'null')
    if (kinds.length === 1 && kinds[0] === 'list') return listOf(this.#items?.type ?? 'text')
    if (kinds.length === 1 && kinds[0] === 'object') return { fields: columnsOf(this.#fields!) }
    return scalarOf(kinds)
  }

  #isMixed(): boolean {
    return this.#kinds.size > (this.#kinds.has('null') ? 2 : 1)
  }

  /** @returns false where a column cannot hold the value as what it is and give it back as it was */
  #observeInside(kind: 'list' | 'object', bytes: Buffer, start: number, end: number): boolean {
    if (kind === 'object') return this.#observeFields(bytes, start, end)
    scanItems(bytes, start, end, (itemStart, itemEnd) => {
      this.#items ??= new ColumnProfile(this.depth + 1)
      this.#items.observe(bytes, itemStart, itemEnd)
    })
    return true
  }

  /** All objects of a column need the same fields: a column cannot tell an absent one from null. */
  #observeFields(bytes: Buffer, start: number, end: number): boolean {
    const isFirst = this.#fields === undefined
    this.#fields ??= new Map()
    const fields = this.#fields
    const names = new Set<string>()
    let isKnown = true
    visitRow(bytes, start, end, (name, valueStart, valueEnd) => {
      if (isFirst && names.size < mostFields && !names.has(name)) fields.set(name, new ColumnProfile(this.depth + 1))
      isKnown &&= fields.has(name) && !names.has(name) && !badName.test(name)
      names.add(name)
      fields.get(name)?.observe(bytes, valueStart, valueEnd)
    })
    return isKnown && names.size > 0 && names.size === fields.size
  }
}

/** The columns that profiles by name have shown. */
export function columnsOf(profiles: ReadonlyMap<string, ColumnProfile>): RowColumn[] {
  return [...profiles].map(([name, profile]) => ({ name, type: profile.type }))
}

/** A list of values that need JSON text each is JSON text as a whole. */
function listOf(items: ColumnType): ColumnType {
  return items === 'json' ? 'json' : { items }
}

function scalarOf(kinds: readonly ValueKind[]): ScalarType {
  const isAmong = (...allowed: ValueKind[]) => kinds.every(kind => allowed.includes(kind))
  if (isAmong('text')) return 'text'
  if (isAmong('bool')) return 'bool'
  if (isAmong('int', 'wide_int')) return 'int64'
  return isAmong('int', 'double') ? 'double' : 'json'
}

import { type ColumnType, isScalar, type MapType, type RowColumn, type ScalarType } from '../../core/columns.js'
import { scanItems } from '../../util/json-members.js'
import type { Span } from '../../util/json-scan.js'
import { decodeUtf8 } from '../../util/utf8.js'
import { digitsOf, extentOf } from './decimal-text.js'
import { fitsKind, fitsText } from './fits-scalar.js'
import { mapKeyText } from './map-keys.js'
import { kindOfValue, type ValueKind, visitRow } from './visit-row.js'

/** Deeper lists and objects stay JSON text. */
const deepest = 16

/** More fields than this are no record but a map. */
const mostFields = 1000

/** The digits that every reader of decimals can hold. */
const mostDigits = 38

/** Names that readers of columns do not give back: a byte order mark in front, half a surrogate pair. */
const badName = /^\ufeff|\p{Surrogate}/u

/**
 * What the values of a column, or of a part of one, have shown of their type so far. A type that the column had where
 * it came from is kept as long as it can hold every value as it is.
 */
export class ColumnProfile {
  readonly #kinds = new Set<ValueKind>()
  readonly #declared: ColumnType | undefined
  #fits = true
  #whole = 0
  #fraction = 0
  #items: ColumnProfile | undefined
  #fields: Map<string, ColumnProfile> | undefined
  #values: ColumnProfile | undefined
  #keys: ColumnProfile | undefined

  constructor(
    declared?: ColumnType,
    readonly depth = 0,
  ) {
    this.#declared = declared
  }

  observe(bytes: Buffer, start: number, end: number): void {
    const kind = kindOfValue(bytes, start, end)
    if (this.#declared !== undefined && kind !== 'null' && this.#fits)
      this.#fits = this.#fitsKind(this.#declared, kind) ?? this.#fitsValue(bytes, start, end)
    // A column known to be JSON text stays it.
    if (this.#kinds.has('other')) return
    this.#kinds.add(kind)
    if (kind === 'list' || kind === 'object') {
      const isTold = this.depth < deepest && !this.#isMixed()
      if (!isTold) this.#kinds.add('other')
      else if (kind === 'list') this.#observeItems(bytes, start, end)
      else if (!this.#observeFields(bytes, start, end)) this.#kinds.add('other')
    } else if (kind === 'int') this.#whole = Math.max(this.#whole, end - start)
    else if (kind === 'wide_int' || kind === 'double' || kind === 'exact')
      this.#noteDigits(decodeUtf8(bytes, start, end))
  }

  get type(): ColumnType {
    if (this.#declared !== undefined && this.#fits) return this.#declaredType(this.#declared)
    const kinds = [...this.#kinds].filter(kind => kind !== 'null')
    if (kinds.length === 1 && kinds[0] === 'list') return listOf(this.#items?.type ?? 'text')
    if (kinds.length === 1 && kinds[0] === 'object') return { fields: columnsOf(this.#fields!) }
    return this.#scalarOf(kinds)
  }

  #isMixed(): boolean {
    return this.#kinds.size > (this.#kinds.has('null') ? 2 : 1)
  }

  #noteDigits(text: string): void {
    const digits = digitsOf(text)
    // Decimals have no negative zero, and no room for numbers such as 5e-324.
    if (digits === undefined || (digits.unscaled === 0n && text[0] === '-')) {
      this.#kinds.add('nan')
      return
    }
    const { whole, fraction } = extentOf(digits)
    this.#whole = Math.max(this.#whole, whole)
    this.#fraction = Math.max(this.#fraction, fraction)
  }

  /** Whether the declared type holds values of a kind; undefined where that depends on the value. */
  #fitsKind(type: ColumnType, kind: ValueKind): boolean | undefined {
    if (isScalar(type)) return fitsKind(type, kind)
    // What is inside lists and structs decides for itself.
    if ('items' in type) return kind === 'list'
    if ('fields' in type) return kind === 'object'
    return kind === 'object' ? undefined : false
  }

  /** Whether the declared type, a scalar or a map, holds a value of a kind that it may hold. */
  #fitsValue(bytes: Buffer, start: number, end: number): boolean {
    const type = this.#declared as ScalarType | MapType
    return isScalar(type) ? fitsText(type, decodeUtf8(bytes, start, end)) : this.#fitsMap(type, bytes, { start, end })
  }

  #fitsMap({ keys, values }: MapType, bytes: Buffer, range: Readonly<Span>): boolean {
    this.#keys ??= new ColumnProfile(keys, this.depth + 1)
    this.#values ??= new ColumnProfile(values, this.depth + 1)
    const [keyProfile, valueProfile] = [this.#keys, this.#values]
    let isKnown = true
    visitRow(bytes, range, (name, valueStart, valueEnd) => {
      const key = mapKeyText(keys, name)
      isKnown &&= key !== undefined
      if (key !== undefined) keyProfile.observe(key, 0, key.length)
      valueProfile.observe(bytes, valueStart, valueEnd)
    })
    return isKnown && keyProfile.#fits
  }

  #observeItems(bytes: Buffer, start: number, end: number): void {
    const declared = this.#declared
    const items = declared !== undefined && !isScalar(declared) && 'items' in declared ? declared.items : undefined
    scanItems(bytes, { start, end }, (itemStart, itemEnd) => {
      this.#items ??= new ColumnProfile(items, this.depth + 1)
      this.#items.observe(bytes, itemStart, itemEnd)
    })
  }

  /**
   * @returns false where a column cannot hold the object and give it back as it was: all objects of a column need the same
   * fields, as it cannot tell an absent one from null
   */
  #observeFields(bytes: Buffer, start: number, end: number): boolean {
    const isFirst = this.#fields === undefined
    this.#fields ??= new Map()
    const fields = this.#fields
    const names = new Set<string>()
    let isKnown = true
    visitRow(bytes, { start, end }, (name, valueStart, valueEnd) => {
      if (isFirst && names.size < mostFields && !names.has(name))
        fields.set(name, new ColumnProfile(this.#declaredField(name), this.depth + 1))
      isKnown &&= fields.has(name) && !names.has(name) && !badName.test(name)
      names.add(name)
      fields.get(name)?.observe(bytes, valueStart, valueEnd)
    })
    return isKnown && names.size > 0 && names.size === fields.size
  }

  #declaredField(name: string): ColumnType | undefined {
    const declared = this.#declared
    if (declared === undefined || isScalar(declared) || !('fields' in declared)) return undefined
    return declared.fields.find(field => field.name === name)?.type
  }

  /** The declared type, with what was seen inside in place of what does not fit there. */
  #declaredType(type: ColumnType): ColumnType {
    const isOfOneShape = !this.#kinds.has('other')
    if (isScalar(type)) return type
    if ('items' in type) {
      if (!isOfOneShape) return 'json'
      return this.#items === undefined ? type : listOf(this.#items.type)
    }
    if ('fields' in type) {
      if (this.#fields === undefined) return type
      return isOfOneShape ? { fields: columnsOf(this.#fields) } : 'json'
    }
    const values = this.#values?.type ?? type.values
    return values === 'json' && type.values !== 'json' ? 'json' : { keys: type.keys, values }
  }

  #scalarOf(kinds: readonly ValueKind[]): ScalarType {
    const isAmong = (...allowed: ValueKind[]) => kinds.every(kind => allowed.includes(kind))
    if (isAmong('text')) return 'text'
    if (isAmong('bool')) return 'bool'
    if (isAmong('int', 'wide_int')) return 'int64'
    if (isAmong('int', 'double', 'nan')) return 'double'
    const precision = Math.max(1, this.#whole + this.#fraction)
    const isDecimal = isAmong('int', 'wide_int', 'double', 'exact') && precision <= mostDigits
    return isDecimal ? { exact: 'decimal', precision, scale: this.#fraction } : 'json'
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

import { type ColumnType, isScalar } from '../../core/columns.js'
import type { ColumnValue, StructValue } from '../columns/read-value.js'
import { parquetUnit } from './elements.js'

type Convert = (value: ColumnValue | null) => unknown

/** What turns values of a type into those that hyparquet-writer takes; undefined where they are the same. */
export function parquetValueOf(type: ColumnType): Convert | undefined {
  const convert = convertOf(type)
  return convert && (value => (value === null ? null : convert(value)))
}

function convertOf(type: ColumnType): Convert | undefined {
  if (!isScalar(type)) return nestedConvert(type)
  if (typeof type === 'string') return undefined
  if (type.exact !== 'time' && type.exact !== 'timestamp') return undefined
  const factor = type.unit === 'SECONDS' ? 1000n : 1n
  const isShort = type.exact === 'time' && parquetUnit(type.unit) === 'MILLIS'
  if (isShort) return value => Number((value as bigint) * factor)
  return factor === 1n ? undefined : value => (value as bigint) * factor
}

function nestedConvert(type: Exclude<ColumnType, string | { readonly exact: string }>): Convert | undefined {
  if ('items' in type) {
    const item = parquetValueOf(type.items)
    return item && (value => (value as readonly (ColumnValue | null)[]).map(item))
  }
  const fields =
    'fields' in type
      ? type.fields
      : [
          { name: 'key', type: type.keys },
          { name: 'value', type: type.values },
        ]
  const converts = fields.map(field => [field.name, parquetValueOf(field.type)] as const)
  if (converts.every(([, convert]) => convert === undefined)) return undefined
  const convertStruct = (struct: StructValue) => {
    const copy: Record<string, unknown> = Object.assign(Object.create(null), struct)
    for (const [name, convert] of converts) if (convert !== undefined) copy[name] = convert(struct[name])
    return copy
  }
  return 'fields' in type
    ? value => convertStruct(value as StructValue)
    : value => (value as readonly StructValue[]).map(convertStruct)
}

import type { ScalarType } from '../../core/columns.js'
import { decodeUtf8 } from '../../util/utf8.js'
import { survivesAsDouble } from './decimal-text.js'
import { readExact } from './exact-values.js'
import type { ValueKind } from './visit-row.js'

/** Whether a column of a type holds a JSON value so that it comes back as it is. */
export function fitsScalar(type: ScalarType, kind: ValueKind, bytes: Buffer, start: number, end: number): boolean {
  if (typeof type !== 'string') return readExact(type, bytes, start, end) !== undefined
  switch (type) {
    case 'text':
      return kind === 'text'
    case 'bool':
      return kind === 'bool'
    case 'int64':
      return kind === 'int' || kind === 'wide_int'
    case 'double':
      return (
        kind === 'int' || kind === 'double' || kind === 'nan' || (kind === 'wide_int' && survives(bytes, start, end))
      )
    case 'json':
      return true
  }
}

function survives(bytes: Buffer, start: number, end: number): boolean {
  const text = decodeUtf8(bytes, start, end)
  return survivesAsDouble(text, Number(text))
}

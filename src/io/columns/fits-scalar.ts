import type { ScalarType } from '../../core/columns.js'
import { survivesAsDouble } from './decimal-text.js'
import { readExact } from './exact-values.js'
import type { ValueKind } from './visit-row.js'

/**
 * Whether a column of a type holds JSON values of a kind so that they come back as they are; undefined where that depends
 * on the value.
 */
export function fitsKind(type: ScalarType, kind: ValueKind): boolean | undefined {
  if (typeof type !== 'string') return undefined
  switch (type) {
    case 'text':
      return kind === 'text'
    case 'bool':
      return kind === 'bool'
    case 'int64':
      return kind === 'int' || kind === 'wide_int'
    case 'double':
      return kind === 'wide_int' ? undefined : kind === 'int' || kind === 'double' || kind === 'nan'
    case 'json':
      return true
  }
}

/** The same of one value, where its kind does not decide it. */
export function fitsText(type: ScalarType, text: string): boolean {
  return typeof type === 'string' ? survivesAsDouble(text, Number(text)) : readExact(type, text) !== undefined
}

import { type ColumnType, isScalar } from '../../core/columns.js'

/** Types whose JSON text is a string, so that a key is it as it stands. */
function isTextual(type: ColumnType): boolean {
  if (!isScalar(type)) return false
  if (typeof type === 'string') return type === 'text'
  return ['date', 'time', 'timestamp', 'binary', 'uuid'].includes(type.exact)
}

/**
 * The JSON text of the map key that is called `name` as the key of an object: the inverse of `keyJson`. Undefined where
 * the name is no text of the kind, so that it came from something else than such a map.
 */
export function mapKeyText(type: ColumnType, name: string): Buffer | undefined {
  if (isTextual(type)) return Buffer.from(JSON.stringify(name))
  return /^(-?\d|true$|false$|-?Infinity$|[[{])/.test(name) ? Buffer.from(name) : undefined
}

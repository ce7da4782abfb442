import type { JsonValue } from '../../core/json.js'
import { SampleError } from '../../core/sample-error.js'
import { toFloat } from '../python-values.js'
import { sysMaxsize } from '../range.js'

const numberKind = 1
const textKind = 2

/**
 * Bytes that sort as Python sorts the values: numbers, or texts by code points.
 *
 * @throws {SampleError} for what has no order among them
 */
export function sortKeyOf(value: JsonValue, path: string): Buffer {
  if (typeof value === 'string') return Buffer.concat([Buffer.from([textKind]), Buffer.from(value)])
  if (typeof value === 'number' || typeof value === 'boolean') return numberKey(Number(value))
  throw new SampleError(
    'bad_value',
    `field "${path}" holds neither a number nor text, which samples could be ordered by`,
  )
}

/** True for keys of texts. */
export function isTextKey(key: Uint8Array): boolean {
  return key[0] === textKind
}

/** Bytes that sort as numbers do; what is no number sorts below all others. */
export function numberKey(value: number): Buffer {
  const key = Buffer.allocUnsafe(9)
  key[0] = numberKind
  key.writeDoubleBE(Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value === 0 ? 0 : value, 1)
  if ((key[1] & 0x80) === 0) key[1] |= 0x80
  else for (let i = 1; i < 9; i++) key[i] = ~key[i] & 0xff
  return key
}

/** A statistic as a number: of a list, the mean; of what is none, the least or the greatest of all. */
export function statNumber(value: JsonValue, isLeastIfNone: boolean): number {
  const none = isLeastIfNone ? -sysMaxsize : sysMaxsize
  if (typeof value === 'string') return toFloat(value) ?? none
  return meanOf(value) ?? none
}

/** The mean of numbers, in lists of any depth; undefined where something else is among them, or nothing is there. */
function meanOf(value: JsonValue): number | undefined {
  const numbers = flatNumbers(value)
  if (numbers === undefined || numbers.length === 0) return undefined
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length
}

function flatNumbers(value: JsonValue): number[] | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return [Number(value)]
  if (!Array.isArray(value)) return undefined
  const all: number[] = []
  for (const item of value as readonly JsonValue[]) {
    const inner = flatNumbers(item)
    if (inner === undefined) return undefined
    all.push(...inner)
  }
  return all
}

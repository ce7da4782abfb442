import type { JsonValue } from '../core/json.js'

/** True where a value lies within bounds; a bound that is null or undefined is no bound. */
export type RangeTest = (
  value: JsonValue | undefined,
  min: number | null | undefined,
  max: number | null | undefined,
) => boolean

/** Python's `sys.maxsize`, the default of upper bounds in Data-Juicer. */
export const sysMaxsize = Number('9223372036854775807')

/**
 * Builds the test of a filter's bounds. `reversed_range` flips which ends are closed and negates, so that
 * with the defaults the bounds themselves are kept either way (Data-Juicer 1.6.1).
 */
export function rangeTest(params: Readonly<Record<string, unknown>>): RangeTest {
  const reversed = params['reversed_range'] === true
  const minClosed = isClosed(params['min_closed_interval']) !== reversed
  const maxClosed = isClosed(params['max_closed_interval']) !== reversed
  return (value, min, max) => {
    const v = value as number
    const aboveMin = min == null || (minClosed ? v >= min : v > min)
    const belowMax = max == null || (maxClosed ? v <= max : v < max)
    return (aboveMin && belowMax) !== reversed
  }
}

/** Closed by default; null is false, as Python's None is. */
function isClosed(value: unknown): boolean {
  return value === undefined || value === true
}

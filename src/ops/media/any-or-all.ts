import { z } from 'zod'

/** Whether one file that meets the bounds is enough. */
export const anyOrAll = z
  .enum(['any', 'all'])
  .default('any')
  .describe('Whether any of the files has to lie within the bounds, or all of them. A sample without files stays.')

/** Whether a sample stays, given of each of its files whether that lies within the bounds. */
export function keepsBy(strategy: 'any' | 'all', verdicts: readonly boolean[]): boolean {
  if (verdicts.length === 0) return true
  return strategy === 'any' ? verdicts.some(Boolean) : verdicts.every(Boolean)
}

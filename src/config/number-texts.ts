import type { z } from 'zod'

const exponential = /^[-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+$/

/** Parameters, and what was written where a number was meant. */
export interface NumberTexts {
  readonly params: Readonly<Record<string, unknown>>
  readonly notes: readonly string[]
}

/**
 * Takes `1e5` for a number where a schema wants one: YAML of Python, of which recipes are written, knows no number without
 * a dot before its exponent and makes a text of it.
 */
export function readNumberTexts(params: Readonly<Record<string, unknown>>, schema: z.ZodObject): NumberTexts {
  const candidates = Object.entries(params).filter(([, value]) => typeof value === 'string' && exponential.test(value))
  if (candidates.length === 0) return { params, notes: [] }
  const meant = { ...params }
  const notes: string[] = []
  for (const [key, value] of candidates) {
    const type = schema.shape[key] as z.ZodType | undefined
    if (type === undefined || type.safeParse(value).success || !type.safeParse(Number(value)).success) continue
    meant[key] = Number(value)
    notes.push(`${key}: "${String(value)}" is taken for the number ${Number(value)}`)
  }
  return { params: meant, notes }
}

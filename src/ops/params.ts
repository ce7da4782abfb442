import { z } from 'zod'

/*
 * Parameters as Data-Juicer's recipe check takes them: null passes for any value (Python's None), a float
 * with an integral value passes for an int, and a bool is no number.
 */

export const integer = z.number().refine(Number.isInteger, 'expected an integer').meta({ type: 'integer' })

/** Any integer, also beyond 2^53: `sys.maxsize` is a common bound. */
export const int = (fallback: number) => integer.nullable().default(fallback)
export const float = (fallback: number) => z.number().nullable().default(fallback)
export const bool = (fallback: boolean) => z.boolean().nullable().default(fallback)
export const text = (fallback: string) => z.string().nullable().default(fallback)

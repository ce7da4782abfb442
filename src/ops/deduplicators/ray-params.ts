import type { z } from 'zod'

/** Parameters that say how Ray places the work: accepted, and without effect here. */
export function placement<S extends Readonly<Record<string, z.ZodType>>>(types: S) {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => [
      name,
      type.nullish().describe('How Ray places the work. Accepted for Data-Juicer recipes; has no effect here.'),
    ]),
  ) as { [K in keyof S]: z.ZodOptional<z.ZodNullable<S[K]>> }
}

/** What is said of such parameters where a recipe sets some. */
export function describePlacement(
  params: Readonly<Record<string, unknown>>,
  names: readonly string[],
): string | undefined {
  const given = [...names, 'accelerator', 'num_gpus'].filter(
    name => params[name] !== undefined && params[name] !== null,
  )
  return given.length === 0
    ? undefined
    : `${given.join(', ')} say how Ray and its devices do the work, and have no effect here`
}

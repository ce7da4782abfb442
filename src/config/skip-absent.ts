import type { z } from 'zod'
import type { OperatorCatalog } from '../core/operator.js'
import { ignoredKeys, ignoredPartitionKeys } from './ignored-keys.js'
import type { RecipeEdit } from './recipe-edits.js'
import { recipeSchema } from './recipe-schema.js'

/** An operator of a recipe that is run without it. */
export interface SkippedOperator {
  /** Its place in `process`. */
  readonly index: number
  readonly name: string
  readonly reason: string
}

export interface Absent {
  readonly operators: readonly SkippedOperator[]
  readonly edits: readonly RecipeEdit[]
}

/** What of a recipe is absent here: operators, and keys and parameters that nobody knows. */
export async function findAbsent(values: Readonly<Record<string, unknown>>, catalog: OperatorCatalog): Promise<Absent> {
  const operators: SkippedOperator[] = []
  const edits: RecipeEdit[] = unknownKeys(values)
  const process = Array.isArray(values['process']) ? (values['process'] as unknown[]) : []
  for (const [index, entry] of process.entries()) {
    const [name, params] = typeof entry === 'string' ? [entry, null] : (Object.entries(entry ?? {})[0] ?? [])
    if (name === undefined) continue
    const found = catalog.has(name) ? await absentParams(catalog, name, params) : absentOperator(catalog, name)
    if ('reason' in found) {
      operators.push({ index, name, reason: found.reason })
      edits.push({ kind: 'drop', path: ['process', index], note: `without process[${index}] ${name}: ${found.reason}` })
    } else
      for (const param of found.unknown)
        edits.push({
          kind: 'drop',
          path: ['process', index, name, param],
          note: `without process[${index}].${name}.${param}, which there is not`,
        })
  }
  return { operators, edits }
}

function absentOperator(catalog: OperatorCatalog, name: string): { readonly reason: string } {
  return { reason: catalog.unsupported.get(name)?.reason ?? 'there is no operator of that name' }
}

type Params = { readonly unknown: readonly string[] } | { readonly reason: string }

async function absentParams(catalog: OperatorCatalog, name: string, params: unknown): Promise<Params> {
  const { params: schema } = await catalog.load(name)
  const parsed = schema.safeParse(params ?? {})
  if (parsed.success) return { unknown: [] }
  const absent = parsed.error.issues.find(({ code, message }) => code === 'custom' && message.includes('not supported'))
  if (absent !== undefined) return { reason: absent.message }
  return { unknown: parsed.error.issues.flatMap(issue => (issue.code === 'unrecognized_keys' ? issue.keys : [])) }
}

function unknownKeys(values: Readonly<Record<string, unknown>>): RecipeEdit[] {
  const known = Object.fromEntries(
    Object.entries(values).filter(([key, value]) => !ignoredKeys.has(key) && value !== null),
  )
  const parsed = recipeSchema.safeParse(known)
  const issues: readonly z.core.$ZodIssue[] = parsed.success ? [] : parsed.error.issues
  return issues.flatMap(issue => {
    if (issue.code !== 'unrecognized_keys') return []
    return issue.keys.flatMap((key): RecipeEdit[] => {
      if (issue.path[0] === 'partition' && ignoredPartitionKeys.has(key)) return []
      const path = [...issue.path.map(part => (typeof part === 'number' ? part : String(part))), key]
      return [{ kind: 'drop', path, note: `without ${path.join('.')}, which there is not` }]
    })
  })
}

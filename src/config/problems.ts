import type { z } from 'zod'
import { nearestName } from '../util/nearest.js'
import type { Overridden } from './apply-overrides.js'
import type { RecipeDocument } from './recipe-document.js'
import type { RecipeProblem } from './recipe-error.js'

/** What is needed to say where a bad value came from. */
export interface Sources {
  readonly document: RecipeDocument | undefined
  readonly overridden: Overridden
}

/** Turns what a schema found wrong into problems that name place, value and remedy. `base` is the path of what was checked. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  base: readonly PropertyKey[],
  sources: Sources,
  validKeys: (path: readonly PropertyKey[]) => readonly string[],
): RecipeProblem[] {
  return issues.flatMap(issue => {
    const path = [...base, ...issue.path]
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(key => unknownKey(path, key, sources, validKeys(issue.path)))
    return [
      problemAt(path, `${pathText(path)}: ${describeIssue(issue, valueAt(sources.overridden.values, path))}`, sources),
    ]
  })
}

export function unknownKey(
  path: readonly PropertyKey[],
  key: string,
  sources: Sources,
  valid: readonly string[],
): RecipeProblem {
  const nearest = nearestName(key, valid)
  const hint = nearest === undefined ? `valid here: ${[...valid].sort().join(', ')}` : `did you mean "${nearest}"?`
  const override = sources.overridden.sources.get([...path, key].join('.'))
  const where = path.length === 0 ? '' : ` in ${pathText(path)}`
  const message = `there is no "${key}"${where}; ${hint}`
  if (override !== undefined) return { message: `${override.text}: ${message}`, place: undefined }
  return { message, place: sources.document?.placeOfKey(path, key) }
}

export function problemAt(
  path: readonly PropertyKey[],
  message: string,
  { document, overridden }: Sources,
): RecipeProblem {
  const override = overridden.sources.get(path.join('.'))
  if (override !== undefined) return { message: `${override.text}: ${message}`, place: undefined }
  return { message, place: document?.placeOfValue(path) }
}

/** `process[2].text_length_filter.min_len`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' || /^\d+$/.test(String(key))
        ? `${text}[${String(key)}]`
        : text === ''
          ? String(key)
          : `${text}.${String(key)}`,
    '',
  )
}

function describeIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const found = value === undefined ? '' : `, found ${JSON.stringify(value)}`
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}${found}`
    case 'invalid_value': {
      const valid = issue.values.map(String)
      const nearest = typeof value === 'string' ? nearestName(value, valid) : undefined
      return `expected one of ${valid.join(', ')}${found}${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`
    }
    case 'too_small':
      return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${found}`
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${found}`
    case 'invalid_union':
      return `${[...new Set(issue.errors.flat().map(inner => describeIssue(inner, undefined)))].join(', or ')}${found}`
    default:
      return `${issue.message}${found}`
  }
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  let value = values
  for (const key of path)
    value = typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined
  return value
}

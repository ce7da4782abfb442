import type { z } from 'zod'
import { nearestName } from '../util/nearest.js'
import type { Overridden } from './apply-overrides.js'
import type { Override } from './overrides.js'
import type { RecipeDocument } from './recipe-document.js'
import type { RecipeProblem } from './recipe-error.js'

/** What is needed to say where a bad value came from. */
export interface Sources {
  readonly document: RecipeDocument | undefined
  readonly overridden: Overridden
}

/** What a schema was held against. */
interface Checked {
  /** Where it stands in the recipe. */
  readonly base: readonly PropertyKey[]
  /** The keys that there are at a path within it. */
  readonly validKeys: (path: readonly PropertyKey[]) => readonly string[]
}

/** Turns what a schema found wrong into problems that name place, value and remedy. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  sources: Sources,
  { base, validKeys }: Checked,
): RecipeProblem[] {
  return issues.flatMap(issue => {
    const path = [...base, ...issue.path]
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(key => unknownKey(sources, { path, key, valid: validKeys(issue.path) }))
    return [
      problemAt(path, `${pathText(path)}: ${describeIssue(issue, valueAt(sources.overridden.values, path))}`, sources),
    ]
  })
}

function unknownKey(
  sources: Sources,
  {
    path,
    key,
    valid,
  }: { readonly path: readonly PropertyKey[]; readonly key: string; readonly valid: readonly string[] },
): RecipeProblem {
  const nearest = nearestName(key, valid)
  const hint = nearest === undefined ? describeValid(valid) : `did you mean "${nearest}"?`
  const override = overrideAround([...path, key], sources) ?? overrideWithin([...path, key], sources)
  const where = path.length === 0 ? '' : ` in ${pathText(path)}`
  const message = `there is no "${key}"${where}; ${hint}`
  if (override !== undefined) return { message: `${override.text}: ${message}`, place: undefined }
  return { message, place: sources.document?.placeOfKey(path, key) }
}

export function problemAt(path: readonly PropertyKey[], message: string, sources: Sources): RecipeProblem {
  const override = overrideAround(path, sources)
  if (override !== undefined) return { message: `${override.text}: ${message}`, place: undefined }
  return { message, place: sources.document?.placeOfValue(path) }
}

/** The override that gave the value at a path, or something around it. */
function overrideAround(path: readonly PropertyKey[], { overridden }: Sources): Override | undefined {
  for (let length = path.length; length > 0; length--) {
    const override = overridden.sources.get(path.slice(0, length).join('.'))
    if (override !== undefined) return override
  }
  return undefined
}

/** The override that gave something within the value at a path. */
function overrideWithin(path: readonly PropertyKey[], { overridden }: Sources): Override | undefined {
  const prefix = `${path.join('.')}.`
  return [...overridden.sources].find(([key]) => key.startsWith(prefix))?.[1]
}

const mostListed = 30

function describeValid(valid: readonly string[]): string {
  return valid.length > mostListed
    ? '`pawl schema` prints all that are valid'
    : `valid here: ${[...valid].sort().join(', ')}`
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

/** What YAML calls the types of a schema. */
const kinds: Readonly<Record<string, string>> = { int: 'a whole number', array: 'a list', object: 'a map' }

function describeIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const found =
    value === undefined ? '' : `, found ${typeof value === 'number' ? String(value) : JSON.stringify(value)}`
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${kinds[issue.expected] ?? `a ${issue.expected}`}${found}`
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

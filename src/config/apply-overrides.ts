import { nearestName } from '../util/nearest.js'
import type { Override } from './overrides.js'
import { RecipeError } from './recipe-error.js'

/** Settings with overrides applied, and which override set what, by the path of the value. */
export interface Overridden {
  readonly values: Readonly<Record<string, unknown>>
  readonly sources: ReadonlyMap<string, Override>
}

const otherInput: Readonly<Record<string, string>> = { dataset_path: 'dataset', dataset: 'dataset_path' }

/** Applies overrides to a recipe's values; those that start with an operator's name go to its parameters. */
export function applyOverrides(
  values: Readonly<Record<string, unknown>>,
  overrides: readonly Override[],
  isOperator: (name: string) => boolean,
): Overridden {
  const result = structuredClone(values) as Record<string, unknown>
  const sources = new Map<string, Override>()
  for (const override of overrides) {
    const path = isOperator(override.path[0]) ? operatorPath(result, override) : override.path
    assign(result, path, override)
    sources.set(path.join('.'), override)
    // The command line's input wins over that of the file, whichever key each names it by.
    const other = otherInput[path[0]]
    if (other !== undefined && !overrides.some(one => one.path[0] === other)) delete result[other]
  }
  return { values: result, sources }
}

/** The path of an operator's parameter within `process`. */
function operatorPath(values: Readonly<Record<string, unknown>>, { path: [name, ...rest], text }: Override): string[] {
  const process = Array.isArray(values['process']) ? (values['process'] as unknown[]) : []
  const places = process.flatMap((entry, index) => (nameOf(entry) === name ? [index] : []))
  if (places.length === 0)
    throw RecipeError.of(`${text}: the recipe does not use ${name}${describeUsed(name, process)}`)
  const hasIndex = /^\d+$/.test(rest[0] ?? '')
  const parameter = hasIndex ? rest.slice(1) : rest
  if (parameter.length === 0) throw RecipeError.of(`${text}: name the parameter too, such as --${name}.PARAMETER VALUE`)
  if (!hasIndex && places.length > 1) {
    throw RecipeError.of(
      `${text}: the recipe uses ${name} ${places.length} times; say which, such as --${name}[0].${parameter.join('.')}`,
    )
  }
  const index = hasIndex ? Number(rest[0]) : 0
  if (index >= places.length)
    throw RecipeError.of(`${text}: the recipe uses ${name} ${places.length} times; the last is [${places.length - 1}]`)
  return ['process', String(places[index]), name, ...parameter]
}

function describeUsed(name: string, process: readonly unknown[]): string {
  const used = process.map(nameOf).filter(one => one !== undefined)
  const nearest = nearestName(name, used)
  if (nearest !== undefined) return `; did you mean "${nearest}"?`
  return used.length === 0 ? '' : `; it uses ${[...new Set(used)].join(', ')}`
}

function nameOf(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry
  return typeof entry === 'object' && entry !== null ? Object.keys(entry)[0] : undefined
}

function assign(root: Record<string, unknown>, path: readonly string[], { value, text }: Override): void {
  if (path.includes('__proto__')) throw RecipeError.of(`${text}: there is no such key`)
  let at: Record<string, unknown> | unknown[] = root
  for (const [depth, key] of path.slice(0, -1).entries()) {
    const inner: unknown = Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined
    if (typeof inner === 'object' && inner !== null) at = inner as Record<string, unknown>
    else if (inner === undefined || inner === null || (depth === 1 && path[0] === 'process')) {
      const made: Record<string, unknown> = {}
      // A bare operator name becomes a map of its parameters.
      ;(at as Record<string, unknown>)[key] = typeof inner === 'string' ? { [inner]: made } : made
      at = (at as Record<string, unknown>)[key] as Record<string, unknown>
    } else
      throw RecipeError.of(`${text}: ${path.slice(0, depth + 1).join('.')} is ${JSON.stringify(inner)} and has no keys`)
  }
  ;(at as Record<string, unknown>)[path[path.length - 1]] = value
}

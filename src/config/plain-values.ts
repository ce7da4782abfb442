import { pathText } from './problems.js'
import { RecipeError } from './recipe-error.js'

/**
 * The values of a recipe that was given as an object, as a file would hold them: keys without a value left out.
 *
 * @throws {RecipeError} where it holds what no file could, such as a function
 */
export function plainValues(recipe: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return plain(recipe, []) as Record<string, unknown>
}

function plain(value: unknown, path: readonly PropertyKey[]): unknown {
  if (path.length > deepest)
    throw RecipeError.of(`${pathText(path.slice(0, 3))}: it is nested too deep, or within itself`)
  if (Array.isArray(value)) return value.map((item, index) => plain(item, [...path, index]))
  if (isPlainObject(value)) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
    if (entries.some(([key]) => key === '__proto__')) throw RecipeError.of('there is no "__proto__"')
    return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner, [...path, key])]))
  }
  if (value === null || ['string', 'boolean', 'number'].includes(typeof value)) return value
  const where = path.length === 0 ? 'the recipe' : pathText(path)
  throw RecipeError.of(`${where}: a recipe holds text, numbers, booleans, lists and maps, found ${describe(value)}`)
}

const deepest = 50

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // One of another realm, such as a test runner's, has a prototype of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'object of its own kind'}`
  return typeof value === 'undefined' ? 'nothing' : `a ${typeof value}`
}

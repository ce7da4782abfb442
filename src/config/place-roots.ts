import { resolve } from 'node:path'
import { mapTexts, Roots, rootOf, rootsOfEnvironment } from '../util/roots.js'
import type { Override } from './overrides.js'
import { RecipeError } from './recipe-error.js'

type Values = Readonly<Record<string, unknown>>

/** A recipe with its paths as they are on this host, and where its named folders are. */
export interface Placed {
  readonly given: Values
  readonly overrides: readonly Override[]
  readonly places: Readonly<Record<string, string>>
}

/**
 * Reads where the named folders of a recipe are on this host: `roots` says, and PAWL_ROOT_<NAME> wins. Paths of the recipe
 * that begin with `root:NAME`, or with the folder that it gives a root the environment has elsewhere, become what they
 * are here.
 *
 * @throws {RecipeError} where a root is no folder's name, two are one folder, or a path names a root that has no place
 */
export function placeRoots(
  given: Values,
  overrides: readonly Override[],
  env: Readonly<Record<string, string | undefined>>,
): Placed {
  const declared = declaredRoots(given, overrides)
  const places = { ...declared, ...rootsOfEnvironment(env) }
  refuseTwins(places)
  const asDeclared = Object.entries(declared).map(([name, folder]) => [folder, places[name]] as const)
  const moved = Roots.moved(asDeclared)
  const roots = Roots.named(places)
  const place = (text: string) => {
    const here = roots.here(moved.here(text))
    const unknown = rootOf(here)
    if (unknown !== undefined)
      throw RecipeError.of(
        `${text}: there is no root "${unknown}": say where it is, with "roots: {${unknown}: /folder}" or PAWL_ROOT_${unknown.toUpperCase()}=/folder${namesOf(places)}`,
      )
    return here
  }
  return {
    given: placeIn(given, place) as Values,
    overrides: overrides.map(override => ({ ...override, value: placeAt(override.path[0], override.value, place) })),
    places,
  }
}

function declaredRoots(given: Values, overrides: readonly Override[]): Record<string, string> {
  const whole = overrides.findLast(({ path }) => path.join('.') === 'roots')
  const single = overrides.filter(({ path }) => path[0] === 'roots' && path.length === 2)
  const base = whole === undefined ? given['roots'] : whole.value
  const entries = [
    ...Object.entries(typeof base === 'object' && base !== null ? base : {}),
    ...single.map(({ path, value }) => [path[1], value] as const),
  ]
  // What is no text is refused with the rest of the recipe, at its line.
  return Object.fromEntries(
    entries.flatMap(([name, folder]) => (typeof folder === 'string' ? [[name, resolve(folder)]] : [])),
  )
}

/** What lies below two names would be on record under one of them here, and under the other elsewhere. */
function refuseTwins(places: Readonly<Record<string, string>>): void {
  const names = new Map<string, string>()
  for (const [name, folder] of Object.entries(places)) {
    const twin = names.get(folder)
    if (twin !== undefined) throw RecipeError.of(`roots: ${twin} and ${name} are both ${folder}: name it once`)
    names.set(folder, name)
  }
}

function namesOf(places: Readonly<Record<string, string>>): string {
  const names = Object.keys(places)
  return names.length === 0 ? '' : `; there are ${names.join(', ')}`
}

function placeIn(values: unknown, place: (text: string) => string): unknown {
  if (typeof values !== 'object' || values === null) return values
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, placeAt(key, value, place)]))
}

function placeAt(key: string, value: unknown, place: (text: string) => string): unknown {
  if (key === 'roots') return value
  if (key !== 'dataset_path') return mapTexts(value, place)
  // A mixture holds several paths, with weights.
  const perPath = (text: string) => text.replace(/(?<=^|[\s'"])(?:root:|\/)[^\s'"]+/g, place)
  return mapTexts(value, perPath)
}

import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { z } from 'zod'
import { recipeSchema } from '../config/recipe-schema.js'
import { createCatalog } from '../ops/catalog.js'
import { findAllJobs } from '../state/job-directory.js'

/**
 * What may stand at the word of an index on a command line that begins with the program's name; nothing where it is a
 * file's name, or anything at all.
 */
export async function completions(program: Command, words: readonly string[], index: number): Promise<string[]> {
  const current = words[index] ?? ''
  const before = words.slice(1, index)
  const found = await candidates(program, before, current)
  return [...new Set(found)].filter(candidate => candidate.startsWith(current)).sort()
}

const takeRecipes = ['run', 'plan', 'analyze', 'validate']

async function candidates(
  program: Command,
  [command, ...before]: readonly string[],
  current: string,
): Promise<string[]> {
  const visible = program.commands.filter(one => one.name() !== 'complete')
  if (command === undefined) return [...visible.map(one => one.name()), ...optionsOf(program)]
  const chosen = visible.find(one => one.name() === command)
  if (chosen === undefined) return []
  const previous = before.at(-1) ?? ''
  if (takeRecipes.includes(command)) {
    const values = previous.startsWith('--') ? valuesOf(previous.slice(2)) : undefined
    if (values !== undefined) return values
    if (current.startsWith('-')) return [...optionsOf(chosen), ...keys(), ...(await paramsOf(before))]
    return []
  }
  if (current.startsWith('-')) return optionsOf(chosen)
  if (command === 'ops') return [...createCatalog().names]
  if (command === 'resume' || command === 'show') return before.length === 0 ? findAllJobs() : []
  if (command === 'completion') return ['bash', 'zsh', 'fish']
  return []
}

function optionsOf({ options }: Command): string[] {
  return [...options.flatMap(({ long }) => long ?? []), '--help']
}

/** Keys of a recipe as options, nested ones with dots. */
function keys(): string[] {
  return Object.entries(recipeSchema.shape).flatMap(([key, schema]) => {
    const inner = shapeOf(schema)
    return inner === undefined || key === 'dataset' ? [`--${key}`] : Object.keys(inner).map(name => `--${key}.${name}`)
  })
}

function shapeOf(schema: unknown): Readonly<Record<string, z.ZodType>> | undefined {
  const { shape, def } = schema as { shape?: Record<string, z.ZodType>; def?: { innerType?: unknown } }
  return shape ?? (def?.innerType === undefined ? undefined : shapeOf(def.innerType))
}

/** The values that a key may have, where they can be counted. */
function valuesOf(path: string): string[] | undefined {
  let schema: unknown = recipeSchema
  for (const key of path.split('.')) schema = shapeOf(schema)?.[key]
  return schema === undefined ? undefined : valuesIn(schema)
}

function valuesIn(schema: unknown): string[] | undefined {
  const { options, def } = schema as { options?: readonly unknown[]; def?: { type?: string; innerType?: unknown } }
  if (def?.type === 'enum') return options?.map(String)
  if (def?.type === 'boolean') return ['true', 'false']
  return def?.innerType === undefined ? undefined : valuesIn(def.innerType)
}

/** Parameters of the operators that a recipe named before uses; read roughly, as it may be half written. */
async function paramsOf(before: readonly string[]): Promise<string[]> {
  const catalog = createCatalog()
  const file = before.find(word => /\.ya?ml$/.test(word) && existsSync(word))
  if (file === undefined) return []
  const used = new Set(
    readFileSync(file, 'utf8').match(/[a-z]\w+_(?:mapper|filter|deduplicator|selector|grouper|aggregator)\b/g),
  )
  const definitions = await Promise.all([...used].filter(name => catalog.has(name)).map(name => catalog.load(name)))
  return definitions.flatMap(({ name, params }) =>
    Object.entries(params.shape)
      .filter(([, schema]) => !schema.description?.includes('no effect'))
      .map(([param]) => `--${name}.${param}`),
  )
}

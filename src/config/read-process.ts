import type { z } from 'zod'
import {
  isBarrier,
  type ModelFile,
  type OperatorCatalog,
  type OperatorContext,
  type OperatorDefinition,
} from '../core/operator.js'
import { statsFieldOf } from '../core/own-stats.js'
import type { OperatorUse } from '../core/work-unit.js'
import { nearestName } from '../util/nearest.js'
import { emptyRange } from './empty-range.js'
import { readNumberTexts } from './number-texts.js'
import { describeIssues, problemAt, type Sources } from './problems.js'
import type { RecipeProblem } from './recipe-error.js'

/** What operators are made with. */
interface ProcessContext extends OperatorContext {
  /** The encoding that stands for models of tokens that are not here. */
  readonly substituteTokenizer: string | null
  /** The fields of images, audios and videos, where the recipe names them for all operators. */
  readonly mediaKeys?: Readonly<Record<string, string | null>>
}

/** What operators of a recipe are read with: where they are found, and who gave what. */
interface ProcessReading {
  readonly context: ProcessContext
  readonly catalog: OperatorCatalog
  readonly sources: Sources
}

/** Reads the operators of a recipe: each a name, a name with null, or a name with a map of parameters. */
export async function readProcess(
  entries: readonly unknown[],
  reading: ProcessReading,
): Promise<{ operators: OperatorUse[]; substitutes: string[]; problems: RecipeProblem[] }> {
  const operators: OperatorUse[] = []
  const substitutes: string[] = []
  const measured = new Map<string, string>()
  const problems: RecipeProblem[] = []
  for (const [index, entry] of entries.entries()) {
    // An operator that was left out leaves its place.
    if (entry === undefined) continue
    const result = await readEntry(entry, ['process', index], reading)
    if (Array.isArray(result)) problems.push(...result)
    else {
      const { use, notes } = result
      const definition = await reading.catalog.load(use.name)
      const statsField = statsFieldOf(definition, use.textKey, measured)
      for (const stat of definition.stats) if (!measured.has(stat)) measured.set(stat, use.textKey)
      operators.push(statsField === undefined ? use : { ...use, statsField })
      const substitute = definition.substitute?.(use.params)
      for (const note of substitute === undefined ? notes : [...notes, substitute])
        substitutes.push(`process[${index}] ${use.name}: ${note}`)
    }
  }
  return { operators, substitutes, problems }
}

/** Reads one operator that stands in no recipe: a map of its name to its parameters. */
export async function readOperator(
  entry: Readonly<Record<string, unknown>>,
  catalog: OperatorCatalog,
  context: OperatorContext,
): Promise<{ readonly use: OperatorUse } | { readonly problems: readonly string[] }> {
  const sources: Sources = { document: undefined, overridden: { values: {}, sources: new Map() } }
  const read = await readEntry(entry, [], { context: { ...context, substituteTokenizer: null }, catalog, sources })
  return Array.isArray(read) ? { problems: read.map(({ message }) => message) } : { use: read.use }
}

/** An operator, and what was taken for something else in its parameters. */
interface ReadEntry {
  readonly use: OperatorUse
  readonly notes: readonly string[]
}

async function readEntry(
  entry: unknown,
  path: readonly PropertyKey[],
  { context, catalog, sources }: ProcessReading,
): Promise<ReadEntry | RecipeProblem[]> {
  const named = nameAndParams(entry)
  if (named === undefined) {
    return [
      problemAt(
        path,
        'an operator is a name, or a name with its parameters, such as "- text_length_filter: {min_len: 10}"',
        sources,
      ),
    ]
  }
  const [name, given] = named
  if (!catalog.has(name)) {
    const message = describeAbsent(name, catalog)
    return [{ message, place: sources.document?.placeOfKey(path, name) ?? sources.document?.placeOfValue(path) }]
  }
  if (typeof given !== 'object' || Array.isArray(given)) {
    return [
      problemAt([...path, name], `${name}: its parameters must be a map, found ${JSON.stringify(given)}`, sources),
    ]
  }
  const definition = await catalog.load(name)
  const numbers = readNumberTexts((given ?? {}) as Record<string, unknown>, definition.params)
  const meant = withMediaKeys(withSubstitute(numbers.params, definition, context), definition, context)
  const parsed = definition.params.safeParse(meant)
  if (!parsed.success)
    return describeIssues(parsed.error.issues, sources, {
      base: [...path, name],
      validKeys: () => Object.keys(definition.params.shape),
    })
  const params = parsed.data as Record<string, unknown>
  const empty = emptyRange(params)
  if (empty !== undefined) return [problemAt([...path, name, empty.at], `${name}: ${empty.message}`, sources)]
  const refusal = await definition.refuse?.(params)
  if (refusal !== undefined) return [problemAt([...path, name], `${name}: ${refusal}`, sources)]
  const key = typeof params['text_key'] === 'string' ? params['text_key'] : context.textKey
  let identity: string | undefined
  let models: readonly ModelFile[] | undefined
  let compares: true | undefined
  let readsFiles: true | undefined
  try {
    const refusal = await definition.refuse?.(params)
    if (refusal !== undefined) throw new Error(refusal)
    const operator = await definition.create(params, { ...context, textKey: key })
    identity = operator.identity
    models = operator.models
    if (operator.kind === 'barrier' && operator.comparison !== undefined) compares = true
    if (operator.takeFilesRead !== undefined) readsFiles = true
    await operator.dispose?.()
  } catch (error) {
    return [problemAt([...path, name], `${name}: ${(error as Error).message}`, sources)]
  }
  const use: OperatorUse = {
    name,
    params,
    version: definition.version,
    textKey: key,
    identity,
    models,
    readsFiles,
    seed: definition.usesSeed === true ? context.seed : undefined,
    isBarrier: isBarrier(definition),
    compares,
    isDeterministic: definition.deterministic,
  }
  return { use, notes: numbers.notes }
}

const kinds = /_(?:mapper|filter|deduplicator|selector|grouper|aggregator)$/

/** Why a recipe cannot name an operator, and what to do instead. */
function describeAbsent(name: string, catalog: OperatorCatalog): string {
  const unsupported = catalog.unsupported.get(name)
  if (unsupported !== undefined) return unsupported.message
  const nearest = nearestName(name, [...catalog.names, ...catalog.unsupported.keys()])
  if (nearest !== undefined) return `there is no operator "${name}"; did you mean "${nearest}"?`
  if (!kinds.test(name)) return `there is no operator "${name}"; \`pawl ops\` lists them`
  return `there is no operator "${name}", nor has Data-Juicer 1.6.1 one: it is newer than that, or somebody's own; bring it with custom_operator_paths, or leave it out with --skip_unsupported (\`pawl ops\` lists those that there are)`
}

/** Gives an operator the encoding that the recipe names for all, where it may take one and names none itself. */
function withSubstitute(
  given: object,
  { params }: OperatorDefinition,
  { substituteTokenizer }: ProcessContext,
): object {
  const key = 'substitute_tokenizer'
  return substituteTokenizer !== null && key in params.shape ? { [key]: substituteTokenizer, ...given } : given
}

/** Gives an operator that reads media the fields that the recipe names for all, where it names none itself. */
function withMediaKeys(given: object, { params }: OperatorDefinition, { mediaKeys = {} }: ProcessContext): object {
  const named = Object.entries(mediaKeys).filter(([key, field]) => {
    const schema = params.shape[key] as z.ZodType | undefined
    // Operators that read none take the parameter as well, without a default.
    return field !== null && typeof schema?.safeParse(undefined).data === 'string'
  })
  return { ...Object.fromEntries(named), ...given }
}

function nameAndParams(entry: unknown): [string, unknown] | undefined {
  if (typeof entry === 'string') return [entry, null]
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return undefined
  const pairs = Object.entries(entry)
  return pairs.length === 1 ? pairs[0] : undefined
}

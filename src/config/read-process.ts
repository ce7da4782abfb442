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
import { describeIssues, problemAt, type Sources } from './problems.js'
import type { RecipeProblem } from './recipe-error.js'

/** What operators are read with. */
export interface ProcessContext extends OperatorContext {
  /** The encoding that stands for models of tokens that are not here. */
  readonly substituteTokenizer: string | null
}

/** Reads the operators of a recipe: each a name, a name with null, or a name with a map of parameters. */
export async function readProcess(
  entries: readonly unknown[],
  context: ProcessContext,
  catalog: OperatorCatalog,
  sources: Sources,
): Promise<{ operators: OperatorUse[]; substitutes: string[]; problems: RecipeProblem[] }> {
  const operators: OperatorUse[] = []
  const substitutes: string[] = []
  const measured = new Map<string, string>()
  const problems: RecipeProblem[] = []
  for (const [index, entry] of entries.entries()) {
    // An operator that was left out leaves its place.
    if (entry === undefined) continue
    const result = await readEntry(entry, ['process', index], context, catalog, sources)
    if (Array.isArray(result)) problems.push(...result)
    else {
      const definition = await catalog.load(result.name)
      const statsField = statsFieldOf(definition, result.textKey, measured)
      for (const stat of definition.stats) if (!measured.has(stat)) measured.set(stat, result.textKey)
      operators.push(statsField === undefined ? result : { ...result, statsField })
      const substitute = definition.substitute?.(result.params)
      if (substitute !== undefined) substitutes.push(`process[${index}] ${result.name}: ${substitute}`)
    }
  }
  return { operators, substitutes, problems }
}

async function readEntry(
  entry: unknown,
  path: readonly PropertyKey[],
  context: ProcessContext,
  catalog: OperatorCatalog,
  sources: Sources,
): Promise<OperatorUse | RecipeProblem[]> {
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
  const unsupported = catalog.unsupported.get(name)
  if (!catalog.has(name)) {
    const nearest = nearestName(name, [...catalog.names, ...catalog.unsupported.keys()])
    const message =
      unsupported !== undefined
        ? unsupported.message
        : `there is no operator "${name}"${nearest === undefined ? '; `pawl ops` lists them' : `; did you mean "${nearest}"?`}`
    return [{ message, place: sources.document?.placeOfKey(path, name) ?? sources.document?.placeOfValue(path) }]
  }
  if (typeof given !== 'object' || Array.isArray(given)) {
    return [
      problemAt([...path, name], `${name}: its parameters must be a map, found ${JSON.stringify(given)}`, sources),
    ]
  }
  const definition = await catalog.load(name)
  const parsed = definition.params.safeParse(withSubstitute(given ?? {}, definition, context))
  if (!parsed.success)
    return describeIssues(parsed.error.issues, [...path, name], sources, () => Object.keys(definition.params.shape))
  const params = parsed.data as Record<string, unknown>
  const key = typeof params['text_key'] === 'string' ? params['text_key'] : context.textKey
  let identity: string | undefined
  let models: readonly ModelFile[] | undefined
  try {
    const operator = await definition.create(params, { ...context, textKey: key })
    identity = operator.identity
    models = operator.models
    await operator.dispose?.()
  } catch (error) {
    return [problemAt([...path, name], `${name}: ${(error as Error).message}`, sources)]
  }
  return {
    name,
    params,
    version: definition.version,
    textKey: key,
    identity,
    models,
    seed: definition.usesSeed === true ? context.seed : undefined,
    isBarrier: isBarrier(definition),
    isDeterministic: definition.deterministic,
  }
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

function nameAndParams(entry: unknown): [string, unknown] | undefined {
  if (typeof entry === 'string') return [entry, null]
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return undefined
  const pairs = Object.entries(entry)
  return pairs.length === 1 ? pairs[0] : undefined
}

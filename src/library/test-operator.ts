import { isDeepStrictEqual } from 'node:util'
import type { JsonObject, JsonValue } from '../core/json.js'
import type {
  Barrier,
  DatasetCase,
  DeduplicatorCase,
  Filter,
  FilterCase,
  Mapper,
  MapperCase,
  Operator,
  OperatorDefinition,
} from '../core/operator.js'
import { Sample } from '../core/sample.js'
import { decideInMemory } from './decide-in-memory.js'
import { OperatorTestError } from './operator-test-error.js'

/** What an operator is to do with samples: `before` and `after` of a mapper, `sample`, `stats` and `kept` of a filter, `samples` and `kept` of a deduplicator or selector, `samples` and `result` of what edits a dataset. */
export type OperatorCase = MapperCase | FilterCase | DeduplicatorCase | DatasetCase

/** How an operator is built for its test. */
export interface TestOperatorOptions {
  /** Parameters, as a recipe gives them. Default: those of the operator's example, or none. */
  readonly params?: JsonObject
  /** Field that holds the text. Default: "text". */
  readonly textKey?: string
  /** The recipe's seed. Default: 42. */
  readonly seed?: number
}

/**
 * Tests an operator against cases, one sample at a time and all in one batch, and with its parameters validated as a
 * recipe's are. Resolves where every case comes out as it says.
 *
 * @param definition what `defineMapper`, `defineFilter` or `defineDeduplicator` returned
 * @param cases samples and what is to come of them; by default those of the operator's own example
 * @param options how the operator is built
 * @throws {OperatorTestError} with every case that came out otherwise, and how
 * @example
 * import { defineMapper, testOperator } from 'pawl'
 *
 * const shout = defineMapper({
 *   name: 'shout_mapper',
 *   summary: 'Turns the text to upper case.',
 *   params: {},
 *   create: (_, { textKey }) => ({ map: sample => sample.setText(textKey, sample.text(textKey).toUpperCase()) }),
 * })
 * await testOperator(shout, [{ before: { text: 'tide' }, after: [{ text: 'TIDE' }] }])
 */
export async function testOperator(
  definition: OperatorDefinition,
  cases: readonly OperatorCase[] = definition.example?.cases ?? [],
  { params = definition.example?.params ?? {}, textKey = 'text', seed = 42 }: TestOperatorOptions = {},
): Promise<void> {
  if (cases.length === 0) throw new OperatorTestError(definition.name, ['there is no case to test it with'])
  const parsed = definition.params.safeParse(params)
  if (!parsed.success)
    throw new OperatorTestError(
      definition.name,
      parsed.error.issues.map(({ path, message }) => `params.${path.join('.')}: ${message}`),
    )
  const operator = await definition.create(parsed.data, { textKey, seed })
  try {
    const problems = await problemsOf(operator, definition, cases)
    if (problems.length > 0) throw new OperatorTestError(definition.name, problems)
  } finally {
    await operator.dispose?.()
  }
}

async function problemsOf(
  operator: Operator,
  definition: OperatorDefinition,
  cases: readonly OperatorCase[],
): Promise<string[]> {
  const problems: string[] = []
  for (const [index, shown] of cases.entries()) {
    const wrong = await check(operator, definition, shown).catch(error => [`it threw ${String(error)}`])
    problems.push(...wrong.map(what => `case ${index + 1}: ${what}`))
  }
  const mapped = cases.filter(shown => 'before' in shown)
  if (problems.length === 0 && operator.kind === 'mapper' && operator.mapBatch !== undefined)
    problems.push(...(await batchProblems(operator, mapped)))
  return problems
}

/** What of a case does not come out as it says. */
async function check(operator: Operator, definition: OperatorDefinition, shown: OperatorCase): Promise<string[]> {
  if (operator.kind === 'mapper' && 'before' in shown) return checkMapper(operator, shown)
  if (operator.kind === 'filter' && 'sample' in shown) return checkFilter(operator, definition, shown)
  if (operator.kind === 'barrier' && 'samples' in shown) return checkBarrier(operator, shown)
  return [`it is none of a ${definition.kind}`]
}

async function checkMapper(mapper: Mapper, { before, after }: MapperCase): Promise<string[]> {
  const expected = after.map(changes => merged(before, changes))
  const sample = Sample.of(before)
  const result = mapper.map === undefined ? (await mapper.mapBatch?.([sample]))?.[0] : await mapper.map(sample)
  return compare('it makes', (result ?? [sample]).map(fieldsOf), expected)
}

/** The same samples in one batch must come out as they did alone. */
async function batchProblems(mapper: Mapper, cases: readonly MapperCase[]): Promise<string[]> {
  const samples = cases.map(({ before }) => Sample.of(before))
  const results = (await mapper.mapBatch?.(samples)) ?? []
  if (results.length !== samples.length)
    return [`mapBatch answered ${results.length} slots for ${samples.length} samples`]
  const problems: string[] = []
  for (const [index, { before, after }] of cases.entries()) {
    const made = (results[index] ?? [samples[index]]).map(fieldsOf)
    const expected = after.map(changes => merged(before, changes))
    const wrong = compare('in one batch with the other cases it makes', made, expected)
    problems.push(...wrong.map(what => `case ${index + 1}: ${what}`))
  }
  return problems
}

async function checkFilter(
  filter: Filter,
  { stats: declared }: OperatorDefinition,
  { sample: value, stats, kept }: FilterCase,
): Promise<string[]> {
  const sample = Sample.of(value)
  await filter.computeStats?.(sample)
  const isKept = filter.keep(sample)
  const wrong = compare('it measures', { ...sample.stats }, stats)
  if (isKept !== kept) wrong.push(`it is ${isKept ? 'kept' : 'dropped'}, expected ${kept ? 'kept' : 'dropped'}`)
  const unknown = Object.keys(sample.stats).filter(key => declared.length > 0 && !declared.includes(key))
  if (unknown.length > 0) wrong.push(`it measures ${unknown.join(', ')}, which the definition's stats do not name`)
  return wrong
}

async function checkBarrier(barrier: Barrier, shown: DeduplicatorCase | DatasetCase): Promise<string[]> {
  const samples = shown.samples.map(value => Sample.of(value))
  const kept = await decideInMemory(barrier, samples)
  if ('kept' in shown) return compare('it keeps', kept, [...shown.kept])
  const made = kept.map(index => fieldsOf(samples[index]))
  return compare('it makes', made, shown.result)
}

function merged(before: JsonObject, changes: JsonObject): JsonObject {
  return { ...before, ...changes }
}

function fieldsOf(sample: Sample): JsonValue {
  const { bytes, start, end } = sample.toJsonText()
  return JSON.parse(bytes.toString('utf8', start, end)) as JsonValue
}

/** How something differs from what was expected, if it does. */
function compare(what: string, found: unknown, expected: unknown): string[] {
  // Numbers and lists compare as JSON holds them, whatever the order of keys.
  const plain = JSON.parse(JSON.stringify(found)) as unknown
  if (isDeepStrictEqual(plain, JSON.parse(JSON.stringify(expected)))) return []
  return [`${what} ${JSON.stringify(plain)}, expected ${JSON.stringify(expected)}`]
}

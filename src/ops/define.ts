import { z } from 'zod'
import type {
  Barrier,
  DeduplicatorCase,
  Example,
  Filter,
  FilterCase,
  Mapper,
  MapperCase,
  OperatorContext,
  OperatorDefinition,
  OperatorExample,
  Threshold,
} from '../core/operator.js'
import { baseParams, filterParams } from './base-params.js'
import { type RangeTest, rangeTest } from './range.js'

type Shape = Readonly<Record<string, z.ZodType>>
type ParamsOf<S extends Shape> = z.output<z.ZodObject<S>>

interface Common<S extends Shape> {
  readonly name: string
  readonly version?: string
  readonly summary: string
  readonly params: S
  readonly deterministic?: boolean
  readonly example?: OperatorExample
  /** What takes the place of something that the parameters ask for, where that is not here. */
  substitute?(params: ParamsOf<S>): string | undefined
}

export interface MapperSpec<S extends Shape> extends Common<S> {
  readonly example?: Example<MapperCase>
  create(params: ParamsOf<S>, context: OperatorContext): Omit<Mapper, 'kind'> | Promise<Omit<Mapper, 'kind'>>
}

export interface FilterContext extends OperatorContext {
  /** Tests a value against bounds as `min_closed_interval`, `max_closed_interval` and `reversed_range` say. */
  readonly inRange: RangeTest
  readonly reversedRange: boolean
}

export interface FilterSpec<S extends Shape> extends Common<S> {
  readonly stats: readonly string[]
  readonly thresholds?: readonly Threshold[]
  readonly example?: Example<FilterCase>
  create(params: ParamsOf<S>, context: FilterContext): Omit<Filter, 'kind'> | Promise<Omit<Filter, 'kind'>>
}

export interface DeduplicatorSpec<S extends Shape> extends Common<S> {
  readonly example?: Example<DeduplicatorCase>
  create(params: ParamsOf<S>, context: OperatorContext): Omit<Barrier, 'kind'> | Promise<Omit<Barrier, 'kind'>>
}

/**
 * Defines an operator that changes samples, or makes several of one.
 *
 * @throws {TypeError} where the name does not end in `_mapper`
 * @example
 * export default defineMapper({
 *   name: 'shout_mapper',
 *   summary: 'Turns the text to upper case.',
 *   params: {},
 *   create: (_, { textKey }) => ({ map: sample => sample.setText(textKey, sample.text(textKey).toUpperCase()) }),
 * })
 */
export function defineMapper<S extends Shape>(spec: MapperSpec<S>): OperatorDefinition {
  return {
    ...common(spec, '_mapper'),
    kind: 'mapper',
    params: z.strictObject({ ...baseParams, ...spec.params }),
    async create(params, context) {
      return { kind: 'mapper', ...(await spec.create(params as ParamsOf<S>, withTextKey(params, context))) }
    },
  }
}

/**
 * Defines an operator that measures a sample and keeps or drops it.
 *
 * @throws {TypeError} where the name does not end in `_filter`
 * @example
 * export default defineFilter({
 *   name: 'exclamation_filter',
 *   summary: 'Keeps texts with few exclamation marks.',
 *   params: { max_count: z.number().default(10).describe('Most marks allowed.') },
 *   stats: ['exclamations'],
 *   create: ({ max_count }, { textKey, inRange }) => ({
 *     computeStats: sample => { sample.stats.exclamations ??= sample.text(textKey).split('!').length - 1 },
 *     keep: sample => inRange(sample.stats.exclamations, undefined, max_count),
 *   }),
 * })
 */
export function defineFilter<S extends Shape>(spec: FilterSpec<S>): OperatorDefinition {
  return {
    ...common(spec, '_filter'),
    kind: 'filter',
    stats: spec.stats,
    thresholds: spec.thresholds ?? [],
    params: z.strictObject({ ...baseParams, ...filterParams, ...spec.params }),
    async create(params, context) {
      const inRange = rangeTest(params)
      const reversedRange = params['reversed_range'] === true
      const filter = await spec.create(params as ParamsOf<S>, {
        ...withTextKey(params, context),
        inRange,
        reversedRange,
      })
      return { kind: 'filter', ...filter }
    },
  }
}

/**
 * Defines an operator that removes duplicates: a signature a sample, then one decision over all of them.
 *
 * @throws {TypeError} where the name does not end in `_deduplicator`
 */
export function defineDeduplicator<S extends Shape>(spec: DeduplicatorSpec<S>): OperatorDefinition {
  return {
    ...common(spec, '_deduplicator'),
    kind: 'deduplicator',
    params: z.strictObject({ ...baseParams, ...spec.params }),
    async create(params, context) {
      return { kind: 'barrier', ...(await spec.create(params as ParamsOf<S>, withTextKey(params, context))) }
    },
  }
}

function common<S extends Shape>(spec: Common<S>, suffix: string) {
  if (!spec.name.endsWith(suffix)) throw new TypeError(`operator name "${spec.name}" must end in "${suffix}"`)
  return {
    name: spec.name,
    version: spec.version ?? '1',
    summary: spec.summary,
    stats: [] as readonly string[],
    thresholds: [] as readonly Threshold[],
    deterministic: spec.deterministic ?? true,
    example: spec.example,
    substitute: spec.substitute as OperatorDefinition['substitute'],
  }
}

function withTextKey(params: Readonly<Record<string, unknown>>, context: OperatorContext): OperatorContext {
  return typeof params['text_key'] === 'string' ? { ...context, textKey: params['text_key'] } : context
}

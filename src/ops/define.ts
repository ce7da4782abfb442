import { z } from 'zod'
import type {
  Barrier,
  DatasetCase,
  DeduplicatorCase,
  Example,
  Filter,
  FilterCase,
  Mapper,
  MapperCase,
  MaybePromise,
  OperatorContext,
  OperatorDefinition,
  OperatorExample,
  Threshold,
} from '../core/operator.js'
import { UsageError } from '../core/usage-error.js'
import { baseParams, filterParams } from './base-params.js'
import { type RangeTest, rangeTest } from './range.js'

/** An operator's own parameters, by name: each a schema, with its default and what it means. */
export type ParamsShape = Readonly<Record<string, z.ZodType>>
/** Parameters as an operator gets them: validated, defaults filled in. */
export type ParamsOf<S extends ParamsShape> = z.output<z.ZodObject<S>>

/** What operators of all kinds are defined by. */
export interface OperatorSpec<S extends ParamsShape> {
  /** Ends in the operator's kind, such as `_mapper`. */
  readonly name: string
  /** Raise it when the same parameters give another result. Default: "1"; the code of a module counts beside it. */
  readonly version?: string
  /** One sentence. */
  readonly summary: string
  /** Own parameters by name; those that all operators take are added. */
  readonly params: S
  /** False where the same sample may come out differently; a checkpoint then follows. Default: true. */
  readonly deterministic?: boolean
  /** Shown by `pawl ops NAME`; what `testOperator` runs by default. */
  readonly example?: OperatorExample
  /** What takes the place of something that the parameters ask for, where that is not here. */
  substitute?(params: ParamsOf<S>): string | undefined
  /** Says why these parameters can work for no sample, where they cannot: the recipe is then refused before any work. */
  refuse?(params: ParamsOf<S>): MaybePromise<string | undefined>
}

/** What `defineMapper` takes. */
export interface MapperSpec<S extends ParamsShape> extends OperatorSpec<S> {
  /** A case has `before`, and `after` for each sample it makes. */
  readonly example?: Example<MapperCase>
  /** Builds the operator, once a worker. */
  create(params: ParamsOf<S>, context: OperatorContext): Omit<Mapper, 'kind'> | Promise<Omit<Mapper, 'kind'>>
}

/** What a filter is given beside its own parameters. */
export interface FilterContext extends OperatorContext {
  /** Tests a value against bounds as `min_closed_interval`, `max_closed_interval` and `reversed_range` say. */
  readonly inRange: RangeTest
  /** True where what lies outside the bounds is kept. */
  readonly reversedRange: boolean
}

/** What `defineFilter` takes. */
export interface FilterSpec<S extends ParamsShape> extends OperatorSpec<S> {
  /** Statistics that it measures. */
  readonly stats: readonly string[]
  /** The parameters that bound them, for `pawl analyze`. */
  readonly thresholds?: readonly Threshold[]
  /** A case has `sample`, `stats` and `kept`. */
  readonly example?: Example<FilterCase>
  /** Builds the operator, once a worker. */
  create(params: ParamsOf<S>, context: FilterContext): Omit<Filter, 'kind'> | Promise<Omit<Filter, 'kind'>>
}

/** What `defineSelector` and `defineGrouper` take. */
export interface DatasetSpec<S extends ParamsShape> extends OperatorSpec<S> {
  readonly usesSeed?: boolean
  /** Builds the operator, once a worker. */
  create(params: ParamsOf<S>, context: OperatorContext): Omit<Barrier, 'kind'> | Promise<Omit<Barrier, 'kind'>>
}

/** What `defineDeduplicator` takes. */
export interface DeduplicatorSpec<S extends ParamsShape> extends OperatorSpec<S> {
  /** A case has `samples`, and `kept` with the indices of those that stay, or `result` with what they are then. */
  readonly example?: Example<DeduplicatorCase | DatasetCase>
  /** Builds the operator, once a worker. */
  create(params: ParamsOf<S>, context: OperatorContext): Omit<Barrier, 'kind'> | Promise<Omit<Barrier, 'kind'>>
}

/**
 * Defines an operator that changes samples, or makes several of one. A module that exports it goes into
 * `custom_operator_paths` of a recipe.
 *
 * @param spec its name, parameters and what it does
 * @throws {UsageError} where the name does not end in `_mapper`
 * @example
 * import { defineMapper } from 'pawl'
 *
 * export default defineMapper({
 *   name: 'shout_mapper',
 *   summary: 'Turns the text to upper case.',
 *   params: {},
 *   create: (_, { textKey }) => ({ map: sample => sample.setText(textKey, sample.text(textKey).toUpperCase()) }),
 * })
 */
export function defineMapper<S extends ParamsShape>(spec: MapperSpec<S>): OperatorDefinition {
  return asMapper(spec, '_mapper')
}

/**
 * Defines an operator that measures a sample and keeps or drops it by what was measured. A module that exports it goes
 * into `custom_operator_paths` of a recipe.
 *
 * @param spec its name, parameters, statistics and what it does
 * @throws {UsageError} where the name does not end in `_filter`
 * @example
 * import { defineFilter, z } from 'pawl'
 *
 * export default defineFilter({
 *   name: 'exclamation_filter',
 *   summary: 'Keeps texts with few exclamation marks.',
 *   params: { max_count: z.number().default(10).describe('Most marks allowed.') },
 *   stats: ['exclamations'],
 *   create: ({ max_count }, { textKey, inRange }) => ({
 *     computeStats: sample => {
 *       sample.stats['exclamations'] ??= sample.text(textKey).split('!').length - 1
 *     },
 *     keep: sample => inRange(sample.stats['exclamations'], undefined, max_count),
 *   }),
 * })
 */
export function defineFilter<S extends ParamsShape>(spec: FilterSpec<S>): OperatorDefinition {
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
 * @param spec its name, parameters, signatures and decision
 * @throws {UsageError} where the name does not end in `_deduplicator`
 * @example
 * import { createHash } from 'node:crypto'
 * import { defineDeduplicator, exactComparison, resolveExact } from 'pawl'
 *
 * export default defineDeduplicator({
 *   name: 'title_deduplicator',
 *   summary: 'Keeps the first sample of each title.',
 *   params: {},
 *   create: () => ({
 *     recordBytes: 16,
 *     sign: (sample, record, offset) =>
 *       record.set(createHash('md5').update(String(sample.get('title'))).digest(), offset),
 *     resolve: resolveExact,
 *     comparison: exactComparison,
 *   }),
 * })
 */
export function defineDeduplicator<S extends ParamsShape>(spec: DeduplicatorSpec<S>): OperatorDefinition {
  return defineBarrier('deduplicator', spec)
}

/** Defines an operator that chooses among all samples. */
export function defineSelector<S extends ParamsShape>(spec: DatasetSpec<S>): OperatorDefinition {
  return defineBarrier('selector', spec)
}

/** Defines an operator that makes one sample of many. */
export function defineGrouper<S extends ParamsShape>(spec: DatasetSpec<S>): OperatorDefinition {
  return defineBarrier('grouper', spec)
}

function defineBarrier<S extends ParamsShape>(
  kind: 'deduplicator' | 'selector' | 'grouper',
  spec: DatasetSpec<S>,
): OperatorDefinition {
  return {
    ...common(spec, `_${kind}`),
    kind,
    usesSeed: spec.usesSeed,
    params: z.strictObject({ ...baseParams, ...spec.params }),
    async create(params, context) {
      return { kind: 'barrier', ...(await spec.create(params as ParamsOf<S>, withTextKey(params, context))) }
    },
  }
}

/** Defines an operator that makes several samples of one, under a name of Data-Juicer that ends in `_grouper`. */
export function defineUngrouper<S extends ParamsShape>(spec: MapperSpec<S>): OperatorDefinition {
  return asMapper(spec, '_grouper')
}

function asMapper<S extends ParamsShape>(spec: MapperSpec<S>, suffix: string): OperatorDefinition {
  return {
    ...common(spec, suffix),
    kind: 'mapper',
    params: z.strictObject({ ...baseParams, ...spec.params }),
    async create(params, context) {
      return { kind: 'mapper', ...(await spec.create(params as ParamsOf<S>, withTextKey(params, context))) }
    },
  }
}

function common<S extends ParamsShape>(spec: OperatorSpec<S>, suffix: string) {
  if (!spec.name.endsWith(suffix)) throw new UsageError(`operator name "${spec.name}" must end in "${suffix}"`)
  return {
    name: spec.name,
    version: spec.version ?? '1',
    summary: spec.summary,
    stats: [] as readonly string[],
    thresholds: [] as readonly Threshold[],
    deterministic: spec.deterministic ?? true,
    example: spec.example,
    substitute: spec.substitute as OperatorDefinition['substitute'],
    refuse: spec.refuse as OperatorDefinition['refuse'],
  }
}

function withTextKey(params: Readonly<Record<string, unknown>>, context: OperatorContext): OperatorContext {
  return typeof params['text_key'] === 'string' ? { ...context, textKey: params['text_key'] } : context
}

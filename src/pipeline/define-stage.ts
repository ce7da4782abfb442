import { z } from 'zod'
import { UsageError } from '../core/usage-error.js'
import { type Part, type PartUse, portableOptions, registerPart } from './parts.js'
import { type Resources, Stage, type StageBody, type StageOutput, type StageRetry } from './stage.js'
import type { Task } from './task.js'

/** Options of a part, by name: each a schema, with its default and what it means. */
export type OptionsShape = Readonly<Record<string, z.ZodType>>
/** Options as a user writes them. */
export type OptionsInput<S extends OptionsShape> = z.input<z.ZodObject<S>>
/** Options as a part gets them: validated, defaults filled in. */
export type OptionsOf<S extends OptionsShape> = z.output<z.ZodObject<S>>

/** What `defineStage` takes. */
export interface StageSpec<S extends OptionsShape, In extends Task, Out extends Task> {
  /** `import.meta.url` of the module that exports the stage: workers load it from there. */
  readonly module: string
  /** Unique in that module. */
  readonly name: string
  /** Raise it when the same options give another result; the code of the module counts beside it. Default: "1". */
  readonly version?: string
  /** Its options, each a schema. */
  readonly options: S
  /** Types of task that it takes, by which stages are checked to fit each other. Default: any. */
  readonly takes?: readonly In['type'][]
  /** Types of task that it gives. Default: any. */
  readonly gives?: readonly Out['type'][]
  /** Tasks that `processBatch` gets at most. Default: 1. */
  readonly batchSize?: number
  /** What one worker of it needs of the machine; it then gets workers of its own. */
  readonly resources?: Resources
  /** Workers of its own. Default: it shares those of the pipeline. */
  readonly workers?: number
  /** How often it is asked again for a slot on which it threw. Default: once. */
  readonly retry?: StageRetry
  /** Its tasks are the sources. Default: those of the first stage are. */
  readonly isSource?: boolean
  /** It is the end. Default: the last stage is. */
  readonly isSink?: boolean
  /** False where it keeps something from task to task, so that it cannot be gone on with. Default: true. */
  readonly isResumable?: boolean
  /** Where it writes files through `context.output`. */
  output?(options: OptionsOf<S>): StageOutput
  /** Builds the stage, once a worker. */
  create(options: OptionsOf<S>): StageBody<In, Out>
}

/** A class of stages, made by `defineStage`. */
export type StageConstructor<S extends OptionsShape, In extends Task, Out extends Task> = new (
  ...options: Record<string, never> extends OptionsInput<S> ? [OptionsInput<S>?] : [OptionsInput<S>]
) => Stage<In, Out>

/**
 * Defines a stage that workers load by its module, name and options.
 *
 * @param spec its name, options and what it does
 * @returns a class: `new MyStage({ … })`
 * @throws {UsageError} from the class, where options are not as `options` says
 * @example
 * import { defineStage, DocumentBatch, z } from 'pawl'
 *
 * export const ShoutStage = defineStage({
 *   module: import.meta.url,
 *   name: 'ShoutStage',
 *   options: { field: z.string().default('text').describe('The field that is turned to upper case.') },
 *   takes: ['DocumentBatch'],
 *   gives: ['DocumentBatch'],
 *   create: ({ field }) => ({
 *     process: (batch: DocumentBatch) =>
 *       batch.withRows(batch.rows.map(row => ({ ...row, [field]: String(row[field]).toUpperCase() }))),
 *   }),
 * })
 */
export function defineStage<S extends OptionsShape, In extends Task, Out extends Task>(
  spec: StageSpec<S, In, Out>,
): StageConstructor<S, In, Out> {
  const build = (options: OptionsOf<S>) =>
    new DefinedStage(spec as unknown as StageSpec<OptionsShape, In, Out>, options)
  registerPart({
    module: spec.module,
    name: spec.name,
    build: options => build(options as OptionsOf<S>) as unknown as Part,
  })
  const Constructor = function construct(options?: OptionsInput<S>) {
    return build(readOptions(spec, options ?? {}))
  }
  return Constructor as unknown as StageConstructor<S, In, Out>
}

/**
 * Validates the options of a part.
 *
 * @throws {UsageError} with everything that is wrong
 */
export function readOptions<S extends OptionsShape>(
  { name, options: shape }: { readonly name: string; readonly options: S },
  given: unknown,
): OptionsOf<S> {
  const parsed = z.strictObject(shape).safeParse(given)
  if (parsed.success) return parsed.data as OptionsOf<S>
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw new UsageError(`${name}: ${problems.join('; ')}`)
}

class DefinedStage<In extends Task, Out extends Task> extends Stage<In, Out> {
  override readonly takes: readonly string[] | undefined
  override readonly gives: readonly string[] | undefined
  override readonly output: StageOutput | undefined

  constructor(
    readonly spec: StageSpec<OptionsShape, In, Out>,
    readonly options: Readonly<Record<string, unknown>>,
  ) {
    super()
    this.name = spec.name
    this.version = spec.version ?? '1'
    this.batchSize = spec.batchSize ?? 1
    this.resources = spec.resources
    this.workers = spec.workers
    this.retry = spec.retry ?? { attempts: 1 }
    this.isSource = spec.isSource ?? false
    this.isSink = spec.isSink ?? false
    this.isResumable = spec.isResumable ?? true
    this.takes = spec.takes
    this.gives = spec.gives
    this.output = spec.output?.(options as OptionsOf<OptionsShape>)
    this.check()
  }

  override live(): StageBody<In, Out> {
    const { spec, options } = this
    const body = spec.create(options as OptionsOf<OptionsShape>)
    if (body.process === undefined && body.processBatch === undefined)
      throw new UsageError(`${spec.name}: create must return an object with a method process or processBatch`)
    return body
  }

  override portable(): PartUse | undefined {
    const { module, name, version = '1' } = this.spec
    const options = portableOptions(this.options)
    return options && { module, name, version, options }
  }
}

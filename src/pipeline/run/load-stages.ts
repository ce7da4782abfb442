import type { PartUse, PipelineSpec, StageUse } from '../../core/pipeline-spec.js'
import type { OperatorUse } from '../../core/work-unit.js'
import { sayError, UnitFailure } from '../../execution/protocol/unit-failure.js'
import { loadCarefully } from '../../ops/custom/careful.js'
import { importBundle } from '../../ops/custom/import-bundle.js'
import { findPart, modulesOf, ownModule, partRegistered, restorePart } from '../parts.js'
import type { Stage, StageBody, WorkerContext } from '../stage.js'
import '../stages/built-in.js'
import { chainOf } from '../stages/operator-stage.js'
import type { Task } from '../task.js'
import type { LiveStage } from './flow.js'
import { onceOnNode } from './once-on-node.js'

/** Stages that are set up, and where those of the pipeline stand among them: operators that follow each other are one. */
export interface LoadedStages {
  readonly live: readonly LiveStage[]
  /** For each live stage the first of the pipeline's stages that it runs. */
  readonly first: readonly number[]
}

/** Stages as a script has them, for those that only work there. */
export type InlineStages = ReadonlyMap<number, Stage>

export interface LoadSettings {
  readonly inline: InlineStages
  readonly worker: WorkerContext
  /** Where the workers of a node and a run agree on who sets it up. */
  readonly nodeFolder: string
}

/**
 * Loads and sets up stages `[from, to)` of a pipeline.
 *
 * @throws {UnitFailure} `stop_job` where one cannot be loaded or set up
 */
export async function loadStages(
  spec: PipelineSpec,
  { from, to }: { readonly from: number; readonly to: number },
  settings: LoadSettings,
): Promise<LoadedStages> {
  const live: LiveStage[] = []
  const first: number[] = []
  for (let at = from; at < to; ) {
    const operators = operatorsFrom(spec.stages, at, to)
    const use = spec.stages[at]
    const stage = operators.length > 1 ? undefined : (settings.inline.get(at) ?? (await loadStage(spec, use)))
    const name = nameOf(spec.stages, at, operators.length)
    const body = stage === undefined ? chainOf(operators) : stage.live()
    await setUp(name, body as StageBody<Task, Task>, settings)
    const { batchSize, attempts, retryDelayMs } = use
    const fits =
      stage === undefined ? { takes: documents, gives: documents } : { takes: stage.takes, gives: stage.gives }
    live.push({ name, body: body as StageBody<Task, Task>, batchSize, attempts, retryDelayMs, ...fits })
    first.push(at)
    at += Math.max(1, operators.length)
  }
  return { live, first }
}

/** The names of what counts are told of, of stages `[from, to)`: operators that follow each other are one. */
export function namesOfLive(
  { stages }: PipelineSpec,
  { from, to }: { readonly from: number; readonly to: number },
): string[] {
  const names: string[] = []
  for (let at = from; at < to; ) {
    const count = Math.max(1, operatorsFrom(stages, at, to).length)
    names.push(nameOf(stages, at, count))
    at += count
  }
  return names
}

function nameOf(stages: readonly StageUse[], at: number, count: number): string {
  return stages
    .slice(at, at + Math.max(1, count))
    .map(({ name }) => name)
    .join(' + ')
}

const documents = ['DocumentBatch']

/** Operators that follow each other from a place on and are used alike. */
function operatorsFrom(stages: readonly StageUse[], from: number, to: number): OperatorUse[] {
  const uses: OperatorUse[] = []
  for (let at = from; at < to; at++) {
    const { part, attempts } = stages[at]
    if (part?.module !== ownModule || part.name !== 'OperatorStage' || attempts !== stages[from].attempts) break
    const use = part.options['use'] as unknown as OperatorUse
    if (use.isBarrier) break
    uses.push(use)
  }
  return uses
}

async function loadStage(spec: PipelineSpec, { name, part }: StageUse): Promise<Stage> {
  if (part === undefined) throw new TypeError(`${name} is written in a script and runs only there`)
  try {
    for (const module of modulesOf(part)) await loadModule(spec, module, part)
    return restorePart(part) as Stage
  } catch (error) {
    throw stageFailure('cannot be loaded', name, error)
  }
}

/**
 * Loads a module until it has defined what is needed. A script that defines its stages and then runs them goes on for
 * ever behind that, as nothing is run from within a worker.
 */
async function loadModule({ bundles }: PipelineSpec, module: string, part: PartUse): Promise<void> {
  const wanted = partsOf(part).filter(one => one.module === module)
  if (wanted.every(one => findPart(one) !== undefined)) return
  const path = bundles[module]
  if (path === undefined) throw new Error(`${module} is no module of this pipeline`)
  const done = new AbortController()
  await loadCarefully(module, async () => {
    const imported = importBundle(path).finally(() => done.abort())
    const registered = Promise.all(wanted.map(one => partRegistered(one, done.signal)))
    await Promise.race([imported, registered])
    imported.catch(() => {})
  })
}

function partsOf(part: PartUse): PartUse[] {
  const nested = Object.values(part.options).flatMap(value =>
    typeof value === 'object' && value !== null && '$part' in value ? partsOf((value as { $part: PartUse }).$part) : [],
  )
  return [part, ...nested]
}

async function setUp(
  name: string,
  body: StageBody<Task, Task>,
  { worker, nodeFolder }: Pick<LoadSettings, 'worker' | 'nodeFolder'>,
): Promise<void> {
  try {
    const { setupOnNode } = body
    if (setupOnNode !== undefined) await onceOnNode(nodeFolder, name, async () => setupOnNode.call(body, worker))
    await body.setup?.(worker)
  } catch (error) {
    throw stageFailure('could not be set up', name, error)
  }
}

function stageFailure(what: string, name: string, error: unknown): UnitFailure {
  if (error instanceof UnitFailure) return error
  return new UnitFailure(
    { code: 'stage_failed', message: `stage ${name} ${what}: ${sayError(error)}`, consequence: 'stop_job' },
    { cause: error },
  )
}

/** Ends stages that were set up. */
export async function tearDown({ live }: LoadedStages): Promise<void> {
  for (const { body } of live) await body.teardown?.()
}

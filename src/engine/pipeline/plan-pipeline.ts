import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { statsFieldOf } from '../../core/own-stats.js'
import type { PartUse, PipelineSpec, StageUse } from '../../core/pipeline-spec.js'
import { UsageError } from '../../core/usage-error.js'
import type { OperatorUse } from '../../core/work-unit.js'
import { createCatalog } from '../../ops/catalog.js'
import { bundleCustomModules, bundleName, type CustomBundle } from '../../ops/custom/bundle-custom.js'
import { modulesOf } from '../../pipeline/parts.js'
import type { InlineStages } from '../../pipeline/run/load-stages.js'
import type { Stage, StageOutput } from '../../pipeline/stage.js'
import { OperatorStage } from '../../pipeline/stages/operator-stage.js'
import { canonicalJson, fingerprintOf } from '../../util/hash.js'
import type { Roots } from '../../util/roots.js'
import { divideStages, operatorOf, type PoolPlan, type StageRange } from './divide-stages.js'

/** A pipeline with all that running it needs to know. */
export interface PipelinePlan {
  readonly name: string
  /** What gives the sources; undefined where the initial tasks are the sources. */
  readonly source: Stage | undefined
  /** All stages behind it. */
  readonly stages: readonly Stage[]
  readonly spec: PipelineSpec
  /** A link of the fingerprint chain for each stage. */
  readonly links: readonly string[]
  readonly bundles: readonly CustomBundle[]
  readonly inline: InlineStages
  readonly ranges: readonly StageRange[]
  readonly pools: readonly PoolPlan[]
  /** The barriers among the stages, in order. */
  readonly barriers: readonly BarrierPlan[]
  /** Where stages write, each folder once. */
  readonly outputs: readonly StageOutput[]
  readonly warnings: readonly string[]
}

/** An operator that decides on what all sources hold. */
export interface BarrierPlan {
  readonly stage: number
  readonly use: OperatorUse
  readonly link: string
}

/** What is known of a pipeline beside its stages. */
export interface PlanSettings {
  readonly workers: number
  readonly workerMemoryMb: number
  /** True where the initial tasks are given. */
  readonly hasInitialTasks: boolean
  /** Where bundles of modules will lie. */
  readonly bundleFolder: string
  /** What paths are put on record by. */
  readonly roots: Roots
  /** What names of output files get in them, where they are to be told from those of other runs. */
  readonly tag: string
}

/**
 * Looks at all stages of a pipeline, and decides which run together in one worker. Makes no file.
 *
 * @throws {UsageError} where stages do not make a pipeline
 */
export async function planPipeline(
  name: string,
  given: readonly Stage[],
  settings: PlanSettings,
): Promise<PipelinePlan> {
  const decomposed = given.flatMap(stage => stage.decompose())
  const { source, rest } = splitSource(decomposed, settings.hasInitialTasks)
  for (const stage of decomposed) await stage.prepare()
  const stages = await keepStatisticsApart(rest)
  const parts = stages.map(stage => stage.portable())
  const bundles = await bundleModules(parts)
  const { ranges, pools } = divideStages(stages, parts, settings)
  const links = stages.map((stage, index) => linkOf(stage, parts[index], { bundles, roots: settings.roots }))
  const folderOf = (bundle: CustomBundle) => resolve(settings.bundleFolder, bundleName(bundle))
  const addresses = [...bundles].map(([module, bundle]): [string, string] => [module, folderOf(bundle)])
  return {
    name,
    source,
    stages,
    spec: {
      stages: stages.map((stage, index) => useOf(stage, parts[index], settings.tag)),
      bundles: Object.fromEntries(addresses),
    },
    links,
    barriers: stages.flatMap((_, stage) => {
      const use = operatorOf(parts[stage])
      return use?.isBarrier ? [{ stage, use, link: links[stage] }] : []
    }),
    bundles: [...bundles.values()],
    inline: new Map(stages.flatMap((stage, index) => (parts[index] === undefined ? [[index, stage]] : []))),
    ranges,
    pools,
    outputs: outputsOf(stages),
    warnings: stages.flatMap((stage, index) =>
      parts[index] === undefined
        ? [
            `${stage.name} is written in the script itself, so that it runs in this process, beside the workers; with defineStage in a module it runs in them`,
          ]
        : [],
    ),
  }
}

/** The explicit source stage, or the first; all others come behind it. */
function splitSource(
  stages: readonly Stage[],
  hasInitialTasks: boolean,
): { source: Stage | undefined; rest: readonly Stage[] } {
  if (stages.length === 0) throw new UsageError('a pipeline needs stages: add some with addStage')
  const sources = stages.filter(({ isSource }) => isSource)
  if (sources.length > 1)
    throw new UsageError(`a pipeline has one source: ${sources.map(({ name }) => name).join(' and ')} are two`)
  const sinks = stages.filter(({ isSink }) => isSink)
  if (sinks.length > 1)
    throw new UsageError(`a pipeline has one sink: ${sinks.map(({ name }) => name).join(' and ')} are two`)
  if (sinks.length === 1 && sinks[0] !== stages.at(-1))
    throw new UsageError(
      `${sinks[0].name} is the sink, and stands before ${stages.at(-1)?.name}: a sink is the last stage`,
    )
  if (sources.length === 0 && hasInitialTasks) return { source: undefined, rest: stages }
  if (sources.length === 1 && sources[0] !== stages[0])
    throw new UsageError(
      `${sources[0].name} is the source, and stands behind ${stages[0].name}: a source is the first stage`,
    )
  return { source: stages[0], rest: stages.slice(1) }
}

/** Operators that measure the same statistic on different fields keep them apart, as those of a recipe do. */
async function keepStatisticsApart(stages: readonly Stage[]): Promise<readonly Stage[]> {
  const catalog = createCatalog()
  const measured = new Map<string, string>()
  const apart: Stage[] = []
  for (const stage of stages) {
    if (!(stage instanceof OperatorStage)) {
      apart.push(stage)
      continue
    }
    const { use } = stage
    const definition = await catalog.load(use.name)
    const field = statsFieldOf(definition, use.textKey, measured)
    for (const stat of definition.stats) if (!measured.has(stat)) measured.set(stat, use.textKey)
    apart.push((field === undefined ? stage : stage.withStatsField(field)) as unknown as Stage)
  }
  return apart
}

async function bundleModules(parts: readonly (PartUse | undefined)[]): Promise<Map<string, CustomBundle>> {
  const modules = [...new Set(parts.flatMap(part => (part === undefined ? [] : modulesOf(part))))]
  const paths = modules.map(module => {
    if (!module.startsWith('file:'))
      throw new UsageError(`module: "${module}" is no address of a module: give defineStage module: import.meta.url`)
    return fileURLToPath(module)
  })
  try {
    const bundles = await bundleCustomModules(paths)
    return new Map(modules.map((module, index) => [module, bundles[index]]))
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/^custom_operator_paths: /, ''), { cause: error })
  }
}

function useOf(stage: Stage, part: PartUse | undefined, tag: string): StageUse {
  const { name, batchSize, retry, output } = stage
  return {
    name,
    part,
    batchSize,
    attempts: retry.attempts,
    retryDelayMs: retry.delayMs ?? 1000,
    folder: output && resolve(output.folder),
    tag: output?.mode === 'append' ? tag : undefined,
  }
}

/** What a stage does to tasks, as a link of the fingerprint chain: how it is batched, retried and placed is no part of it. */
function linkOf(
  stage: Stage,
  part: PartUse | undefined,
  { bundles, roots }: { readonly bundles: ReadonlyMap<string, CustomBundle>; readonly roots: Roots },
): string {
  if (part === undefined) return fingerprintOf('inline', stage.name, stage.version, describeInline(stage))
  const identities = modulesOf(part).map(module => bundles.get(module)?.identity ?? '')
  return fingerprintOf(
    'stage',
    part.name,
    canonicalJson(roots.allRecorded(withoutMode(part, stage.output))),
    ...identities,
  )
}

/** What becomes of files that are there changes no result. */
function withoutMode({ version, options }: PartUse, output: StageOutput | undefined): unknown {
  if (output === undefined || options['mode'] !== output.mode) return { version, options }
  const { mode: _, ...rest } = options
  return { version, options: rest }
}

/** The code of a class that is written in a script, and what its fields hold. */
function describeInline(stage: Stage): string {
  const {
    name: _,
    batchSize: __,
    resources: ___,
    workers: ____,
    retry: _____,
    ...fields
  } = stage as unknown as Record<string, unknown>
  const plain = Object.entries(fields).map(([key, value]) => [key, typeof value === 'function' ? String(value) : value])
  const code: string[] = []
  for (
    let proto: object | null = Object.getPrototypeOf(stage);
    proto !== null && proto.constructor.name !== 'Stage';
    proto = Object.getPrototypeOf(proto)
  )
    code.push(String(proto.constructor))
  try {
    return canonicalJson([code, Object.fromEntries(plain)])
  } catch {
    // Fields that are no JSON, such as a client of a service, tell nothing that could be compared.
    return canonicalJson(code)
  }
}

function outputsOf(stages: readonly Stage[]): StageOutput[] {
  const outputs = new Map<string, StageOutput>()
  for (const { name, output } of stages) {
    if (output === undefined) continue
    const folder = resolve(output.folder)
    const other = outputs.get(folder)
    if (other !== undefined && other.extension === output.extension)
      throw new UsageError(`${name}: another stage writes to ${folder} as well: give each a folder of its own`)
    outputs.set(folder, { ...output, folder })
  }
  return [...outputs.values()]
}

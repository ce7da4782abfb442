import { resolve } from 'node:path'
import type { PipelineSpec, SourceSpec } from '../core/pipeline-spec.js'
import type { Sample } from '../core/sample.js'
import { UsageError } from '../core/usage-error.js'
import type { PinnedSources } from '../engine/pipeline/list-sources.js'
import type { RecordedPipeline } from '../engine/pipeline/recorded-pipeline.js'
import { countLines } from '../execution/work/segment/count-lines.js'
import { formatOfName } from '../io/listing/formats.js'
import { readSlice } from '../io/open-reader.js'
import { taskOf } from '../pipeline/run/task-text.js'
import { DocumentBatch, FileGroupTask, type Task } from '../pipeline/task.js'
import { JobDirectory } from '../state/job-directory.js'
import { passDecision } from './pass-decision.js'
import { readPipelineRecords } from './pipeline-records.js'
import { OneStage } from './run-one-stage.js'
import { describeMissing, matcherOf, type SampleTrace, type TraceStep, type WantedSample } from './trace-steps.js'

/** A document as the first stage that gives documents made it, and its batch without the others. */
interface FoundDocument {
  readonly source: SourceSpec
  readonly task: DocumentBatch
  readonly sample: Sample
  readonly file: string
  readonly line: number
  /** Stages that are behind it. */
  readonly done: number
}

interface TracedPipeline {
  readonly directory: JobDirectory
  readonly spec: PipelineSpec
  readonly barriers: NonNullable<RecordedPipeline['barriers']>
  readonly sources: readonly SourceSpec[]
}

/**
 * Runs one document of a pipeline through its stages again, alone, and says what each of them did to it. Changes nothing:
 * what a stage would write is not written, and what a barrier decided is looked up. Documents are looked for behind the
 * first stage that gives any, source by source.
 *
 * @throws {UsageError} where no document is the wanted one, or a stage runs only in the pipeline's own script
 */
export async function traceDocument(jobDir: string, wanted: WantedSample): Promise<SampleTrace> {
  const pipeline = openPipeline(new JobDirectory(jobDir))
  const found = await findDocument(pipeline, wanted)
  const before = structuredClone(found.sample.value)
  const { steps, left } = await follow(pipeline, found)
  const { source, file, line } = found
  const after = left.flatMap(task => (task instanceof DocumentBatch ? task.rows : []))
  return { of: 'pipeline', file, line, partition: source.name, before, steps, after }
}

function openPipeline(directory: JobDirectory): TracedPipeline {
  const recorded = directory.read<RecordedPipeline>(directory.pipeline)
  const pinned = directory.read<PinnedSources>(directory.cut)
  if (recorded.kind !== 'read' || pinned.kind !== 'read') {
    const lost = recorded.kind === 'read' ? directory.cut : directory.pipeline
    throw new UsageError(`${lost} is lost or damaged: running the pipeline again makes it anew`)
  }
  const { spec, barriers = [] } = recorded.content
  if (spec === undefined)
    throw new UsageError(
      `${directory.path} was run by an earlier version of Pawl: run the pipeline once more, then its documents can be traced`,
    )
  return { directory, spec, barriers, sources: pinned.content.sources }
}

async function findDocument(pipeline: TracedPipeline, wanted: WantedSample): Promise<FoundDocument> {
  const path = wanted.kind === 'line' ? resolve(wanted.file) : undefined
  for (const source of pipeline.sources) {
    if (path !== undefined && !source.files.some(file => file.path === path)) continue
    const found = await findIn(pipeline, source, wanted)
    if (found !== undefined) return found
  }
  throw new UsageError(describeMissing(wanted))
}

/** Runs the first stages over a source until documents come, and looks among those. */
async function findIn(
  { spec }: TracedPipeline,
  source: SourceSpec,
  wanted: WantedSample,
): Promise<FoundDocument | undefined> {
  const matches = matcherOf(wanted)
  const root = taskOf(source.task)
  const base = await linesBefore(root)
  const names = root instanceof FileGroupTask ? root.data : source.files.map(({ path }) => path)
  const stages: OneStage[] = []
  try {
    let tasks: AsyncIterable<Task> = only(root)
    for (let done = 0; done <= spec.stages.length; done++) {
      const seen: Task[] = []
      for await (const task of tasks) {
        if (!(task instanceof DocumentBatch)) {
          seen.push(task)
          continue
        }
        for (const sample of task.samples) {
          const file = resolve(names[sample.origin.slice] ?? '')
          const line = sample.origin.line + base
          if (matches(sample, file, line)) return { source, task, sample, file, line, done }
        }
      }
      if (seen.length === 0 || done === spec.stages.length) return undefined
      const stage = await OneStage.open(spec, done, source)
      stages.push(stage)
      tasks = stage.run(seen)
    }
    return undefined
  } finally {
    for (const stage of stages) await stage[Symbol.asyncDispose]()
  }
}

/** Lines of a source's file in front of the bytes that it begins with. */
async function linesBefore(task: Task): Promise<number> {
  if (!(task instanceof FileGroupTask) || task.range?.kind !== 'bytes' || task.range.start === 0) return 0
  const [path] = task.data
  const format = formatOfName(path) ?? ({ format: 'text', compression: 'none' } as const)
  const slice = { path, ...format, cut: { kind: 'bytes', start: 0, end: task.range.start } } as const
  let lines = 0
  for await (const batch of readSlice(slice, { batchBytes: 1 << 20, maxRecordBytes: 1 << 26, textKey: 'text' }))
    lines = countLines(lines, batch)
  return lines
}

async function* only(task: Task): AsyncGenerator<Task> {
  yield task
}

/** Takes a document through all stages behind it. */
async function follow(pipeline: TracedPipeline, { source, task, sample, done }: FoundDocument) {
  const steps: TraceStep[] = []
  const first = task.withRows([sample])
  first.id = task.id
  let left: readonly Task[] = [first]
  for (let index = done; index < pipeline.spec.stages.length && left.length > 0; index++) {
    const barrier = pipeline.barriers.findIndex(({ stage }) => stage === index)
    if (barrier >= 0) {
      const records = (await readPipelineRecords(pipeline.directory)).sources
      const record = records.find(one => one.source.id === source.id)?.byDone.get(index)
      const passed = await passDecision({ ...pipeline, barrier, index, record }, source, left)
      steps.push(...passed.steps)
      left = passed.left
      continue
    }
    await using stage = await OneStage.open(pipeline.spec, index, source)
    const passed = await stage.trace(left)
    steps.push(...passed.steps)
    left = passed.left
  }
  return { steps, left }
}

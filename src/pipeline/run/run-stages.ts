import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { StageCounts, TaskFailure } from '../../core/pipeline-spec.js'
import type { FileRef } from '../../core/records.js'
import type { UnitReport } from '../../core/report.js'
import type { Sample } from '../../core/sample.js'
import type { StagesResult } from '../../core/unit-result.js'
import type { JobSpec, StagesUnit } from '../../core/work-unit.js'
import { QuarantineWriter } from '../../execution/contents/quarantine-writer.js'
import { sayError } from '../../execution/protocol/unit-failure.js'
import type { UnitContext } from '../../execution/work/work-context.js'
import { StagedFile } from '../../util/durable-file.js'
import { removeFolder } from '../../util/remove.js'
import { stagedFolder, stagingPath } from '../../util/staging.js'
import { storedPath } from '../../util/stored-path.js'
import { SourceTracker } from '../source-tracking.js'
import type { StageContext } from '../stage.js'
import type { Task } from '../task.js'
import { knownId, type TaskId } from '../task-id.js'
import { Barriers } from './barriers.js'
import { checkUnchanged, digestSource } from './digest-source.js'
import { type FlowObserver, flow } from './flow.js'
import { type InlineStages, type LoadedStages, loadStages, tearDown } from './load-stages.js'
import { OutputFiles } from './output-files.js'
import { readSpool, spoolTask } from './spool.js'
import { taskOf } from './task-text.js'

/** Where stages come from, and those that are set up, by their range. */
export interface StageHouse {
  readonly inline: InlineStages
  readonly loaded: Map<string, Promise<LoadedStages>>
}

/** A worker has one pipeline, and runs units of one range over and over. */
const workersOwn: StageHouse = { inline: new Map(), loaded: new Map() }

/** Ends the stages of a worker that ends. */
export async function endStages(): Promise<void> {
  for (const loading of workersOwn.loaded.values()) await tearDown(await loading)
}

/**
 * Runs stages over a source and all that descends from it. Everything it made is staged or published, nothing is
 * committed. Where tasks failed, nothing is left of it but why.
 */
export async function runStages(
  context: UnitContext,
  unit: StagesUnit,
  house: StageHouse = workersOwn,
): Promise<StagesResult> {
  const { job, report } = context
  const { source } = unit
  checkUnchanged(source)
  const digest =
    source.digest ??
    (source.files.length === 0 ? undefined : digestSource(source, bytes => report.progress({ samples: 0, bytes })))
  if (unit.digestOnly) return { kind: 'stages', digest, outputs: [], counts: [], quarantine: [], failures: [] }
  const stages = await stagesOf(job, unit, house)
  await using barriers = await Barriers.open(job, unit)
  const run = new SourceRun(context, unit, { stages, barriers })
  try {
    await run.pull()
    checkUnchanged(source)
    return await run.finish(digest)
  } catch (error) {
    run.discard()
    throw error
  } finally {
    run.clear()
  }
}

async function stagesOf(
  { pipeline, checkpointDir, writer }: JobSpec,
  unit: StagesUnit,
  { inline, loaded }: StageHouse,
): Promise<LoadedStages> {
  if (pipeline === undefined) throw new TypeError('stages are run in a pipeline')
  const range = { from: unit.applies === undefined ? unit.from : unit.from + 1, to: unit.to }
  const key = `${range.from}-${range.to}`
  const known = loaded.get(key)
  if (known !== undefined) return known
  const nodeFolder = stagedFolder(checkpointDir, writer, `node-${hostname()}`)
  const loading = loadStages(pipeline, range, { inline, nodeFolder, worker: { node: hostname() } })
  loaded.set(key, loading)
  loading.catch(() => loaded.delete(key))
  return loading
}

/** One run of stages over a source. */
class SourceRun implements FlowObserver {
  readonly job: JobSpec
  readonly report: UnitReport
  readonly stages: LoadedStages
  readonly #barriers: Barriers
  readonly #id: TaskId
  readonly #tracker = new SourceTracker()
  readonly #outputs: OutputFiles
  readonly #quarantine: QuarantineWriter
  readonly #spool: StagedFile | undefined
  readonly #contexts: StageContext[]
  readonly #counts: { -readonly [K in keyof StageCounts]: number }[]
  readonly #failures: TaskFailure[] = []
  #scratch: string | undefined
  #spooled = 0
  #items = 0
  #toldAt = 0

  constructor(
    { job, report }: UnitContext,
    readonly unit: StagesUnit,
    { stages, barriers }: { readonly stages: LoadedStages; readonly barriers: Barriers },
  ) {
    this.job = job
    this.report = report
    this.stages = stages
    this.#barriers = barriers
    const { source, attempt, from, to } = unit
    this.#id = knownId(source.id)
    this.#outputs = new OutputFiles(source.name, job.writer, attempt)
    const name = `${source.id}.stage${from}-${to}.${attempt}.jsonl`
    this.#quarantine = new QuarantineWriter(job, name)
    const isLast = to === (job.pipeline?.stages.length ?? to)
    this.#spool = isLast ? undefined : StagedFile.create(job.checkpointDir, job.writer, `${source.id}.${attempt}`)
    this.#contexts = stages.live.map((_, index) => this.#makeContext(index))
    this.#counts = stages.live.map(() => ({
      tasksIn: 0,
      tasksOut: 0,
      itemsIn: 0,
      itemsOut: 0,
      none: 0,
      failed: 0,
      ms: 0,
    }))
  }

  /** Pulls all that descends from the source through the stages. */
  async pull(): Promise<void> {
    for await (const task of flow(this.stages.live, this.#input(), this)) {
      if (this.#spool !== undefined) {
        spoolTask(
          this.#spool,
          this.#barriers.sign(task, (sample, error) => this.#setAside(this.#barriers.name, sample, error)),
        )
        this.#spooled++
      }
      this.#note({ kind: 'consumed', task: task.id, children: [] })
    }
  }

  async finish(digest: string | undefined): Promise<StagesResult> {
    const state = this.#tracker.stateOf(this.#id)
    const isOpen = state === 'open' || state === 'unknown'
    if (isOpen && this.#failures.length === 0 && this.#hasInput)
      throw new TypeError(`source ${this.#id} is ${state} although all of it was pulled`)
    const counts = this.#counts.map(count => ({ ...count, ms: Math.round(count.ms) }))
    if (this.#failures.length > 0) {
      this.discard()
      return { kind: 'stages', digest, outputs: [], counts, quarantine: [], failures: this.#failures }
    }
    const outputs = this.#outputs.seal()
    const quarantine = this.#publishQuarantine()
    this.#barriers.finish()
    const { samples } = this.#barriers
    const signature = this.#barriers.publish((staged, records) =>
      this.#publish(staged, join(this.job.checkpointDir, `${this.#stem}.signatures`), records),
    )
    const spool =
      this.#spool && this.#publish(this.#spool, join(this.job.checkpointDir, `${this.#stem}.spool`), this.#spooled)
    return { kind: 'stages', digest, spool, signature, samples, outputs, counts, quarantine, failures: [] }
  }

  discard(): void {
    this.#outputs.discard()
    this.#quarantine.discard()
    this.#spool?.discard()
    this.#barriers.discard()
  }

  clear(): void {
    if (this.#scratch !== undefined) removeFolder(this.#scratch, () => true)
  }

  onFact(fact: Parameters<FlowObserver['onFact']>[0]): void {
    this.#note(fact)
  }

  onFailure(failure: TaskFailure): void {
    // A source of a million tasks that all fail says why with a few.
    if (this.#failures.length < mostFailures) this.#failures.push(failure)
  }

  onSlot(stage: number, { items, kind, ms }: Parameters<FlowObserver['onSlot']>[1]): void {
    const count = this.#counts[stage]
    count.tasksIn++
    count.itemsIn += items
    count.ms += ms
    if (kind === 'none') count.none++
    if (kind === 'failed') count.failed++
    if (stage === 0) this.#items += items
    this.#tellNowAndThen()
  }

  onChild(stage: number, items: number): void {
    this.#counts[stage].tasksOut++
    this.#counts[stage].itemsOut += items
    this.#tellNowAndThen()
  }

  contextOf(stage: number): StageContext {
    return this.#contexts[stage]
  }

  #hasInput = false

  async *#input(): AsyncGenerator<Task> {
    const { input, source } = this.unit
    const tasks = input.kind === 'task' ? [taskOf(source.task)] : readSpool(this.job.jobDir, input.file, source.id)
    for await (const task of tasks) {
      this.#hasInput = true
      this.#note({ kind: 'emitted', task: task.id })
      const left = this.#barriers.apply(task)
      if (left === undefined) this.#note({ kind: 'consumed', task: task.id, children: [] })
      else yield left
    }
  }

  #note(fact: Parameters<FlowObserver['onFact']>[0]): void {
    this.#tracker.note({ sources: [this.#id], attempt: 1, fact })
  }

  get #stem(): string {
    const { source, from, to, attempt } = this.unit
    return `${source.id}.stage${from}-${to}.${attempt}`
  }

  #publishQuarantine(): FileRef[] {
    const path = join(this.job.jobDir, 'quarantine', `${this.#stem}.jsonl`)
    const file = this.#quarantine.publish((staged, rows) => this.#publish(staged, path, rows))
    return file === undefined ? [] : [file]
  }

  #publish(staged: StagedFile, path: string, rows: number): FileRef {
    const sealed = staged.seal()
    if (!staged.publish(path)) throw new Error(`${path} exists already; attempts must not share names`)
    return { path: storedPath(this.job.jobDir, path), rows, ...sealed }
  }

  #setAside(stage: string, sample: Sample, error: unknown): void {
    const { files } = this.unit.source
    const path = files[sample.origin.slice]?.path ?? files[0]?.path ?? ''
    const told = { code: codeOf(error), message: sayError(error) }
    this.#quarantine.addSample(sample, { place: { path, base: 0 }, operator: stage, error: told })
  }

  #makeContext(index: number): StageContext {
    const { unit, job, stages } = this
    const { source } = unit
    const use = job.pipeline?.stages[stages.first[index]]
    const { name } = stages.live[index]
    return {
      source: { id: this.#id, name: source.name },
      output: file => {
        if (use?.folder === undefined)
          throw new TypeError(`${name} names no folder for its output: give defineStage an output`)
        mkdirSync(use.folder, { recursive: true })
        return this.#outputs.open(use.folder, file, use.tag)
      },
      setAside: (sample: Sample, error: unknown) => this.#setAside(name, sample, error),
      idempotenceKey: task => `${source.id}-${task.id}-${name}`,
      progress: () => this.#tellNowAndThen(),
      scratch: () => {
        if (this.#scratch === undefined) {
          this.#scratch = stagingPath(job.checkpointDir, job.writer, `${unit.attempt}.scratch`)
          mkdirSync(this.#scratch)
        }
        return this.#scratch
      },
      known: [],
    }
  }

  #tellNowAndThen(): void {
    const now = performance.now()
    if (now - this.#toldAt < tellEveryMs) return
    this.#toldAt = now
    this.report.progress({ samples: this.#items, bytes: 0 })
  }
}

const tellEveryMs = 250
const mostFailures = 100

function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
}

import { realpathSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, resolve, sep } from 'node:path'
import type { JsonValue } from '../../core/json.js'
import type { SourceSpec, TaskText } from '../../core/pipeline-spec.js'
import { UsageError } from '../../core/usage-error.js'
import { JobFailure } from '../../execution/protocol/job-failure.js'
import { sayError } from '../../execution/protocol/unit-failure.js'
import { InputError } from '../../io/input-error.js'
import { withoutSuffixes } from '../../pipeline/folder-pair/stem-of.js'
import { isFailed, isNone, isTask, resultOf } from '../../pipeline/result.js'
import { taskOf, textOf } from '../../pipeline/run/task-text.js'
import type { Stage, StageContext } from '../../pipeline/stage.js'
import { DocumentBatch, EmptyTask, FileGroupTask, type Task } from '../../pipeline/task.js'
import { Occurrences, rootId, sourceId } from '../../pipeline/task-id.js'
import { stampOf as fileStamp } from '../../util/file-stamp.js'
import { canonicalJson } from '../../util/hash.js'
import type { Roots } from '../../util/roots.js'

/** The sources of a pipeline, as all processes on it have them. */
export interface PinnedSources {
  /** Tells names of this pipeline's output from those of others, where it appends. */
  readonly tag: string
  readonly sources: readonly SourceSpec[]
}

/**
 * Asks the source stage for its tasks, each of which is a source.
 *
 * @throws {JobFailure} where the stage fails
 * @throws {InputError} where what it lists cannot be listed
 */
export async function listSources(
  stage: Stage | undefined,
  {
    initialTasks,
    pinned,
    roots,
  }: {
    readonly initialTasks: readonly Task[] | undefined
    readonly pinned: PinnedSources | undefined
    readonly roots: Roots
  },
): Promise<SourceSpec[]> {
  const known = pinned?.sources ?? []
  const tasks =
    stage === undefined ? (initialTasks ?? []) : await emitted(stage, initialTasks ?? [new EmptyTask()], known)
  const places = new Occurrences()
  const names = new Names(known)
  return tasks.map((task, slot) => {
    const place = placeOf(task, slot, roots)
    task.id = sourceId(place, places.next(place))
    const files = task instanceof FileGroupTask ? task.data.map(path => resolve(path)) : []
    return {
      id: task.id,
      name: names.of(task),
      task: sourceText(task),
      files: files.map(path => ({ path, stamp: stampOf(path) })),
      digest: undefined,
    }
  })
}

/**
 * Sources that others pinned, with the stamps that their files have on this host.
 *
 * @throws {InputError} where a file is missing
 */
export function asSeenHere(pinned: PinnedSources): PinnedSources {
  const sources = pinned.sources.map(source => ({
    ...source,
    files: source.files.map(({ path }) => ({ path, stamp: stampOf(path) })),
  }))
  return { ...pinned, sources }
}

async function emitted(stage: Stage, roots: readonly Task[], known: readonly SourceSpec[]): Promise<Task[]> {
  const context = sourceContext(known)
  const body = stage.live()
  const tasks: Task[] = []
  try {
    await body.setupOnNode?.({ node: 'source' })
    await body.setup?.({ node: 'source' })
    for (const root of roots) {
      const returned =
        body.process === undefined
          ? (await body.processBatch?.([root], context))?.[0]
          : await body.process(root, context)
      const result = resultOf(returned)
      if (result.kind === 'failed') throw result.error
      if (result.kind === 'none') continue
      for await (const task of result.kind === 'kept' ? [result.task] : result.children) {
        if (isFailed(task)) throw task.error
        if (isNone(task)) continue
        if (!isTask(task)) throw new TypeError(`it gave ${typeof task} among its tasks`)
        const problem = task.validate?.()
        if (problem !== undefined) throw new TypeError(`it gave a ${task.type} that is not valid: ${problem}`)
        tasks.push(task)
      }
    }
    await body.teardown?.()
  } catch (error) {
    if (error instanceof InputError || error instanceof UsageError || error instanceof JobFailure) throw error
    throw new JobFailure('source_failed', `the source stage ${stage.name} failed: ${sayError(error)}`, { cause: error })
  }
  return tasks
}

function sourceContext(known: readonly SourceSpec[]): StageContext {
  const refuse = (what: string) => () => {
    throw new TypeError(`a source stage has no ${what}: it gives sources`)
  }
  return {
    source: { id: rootId, name: '' },
    output: refuse('output'),
    setAside: refuse('quarantine'),
    scratch: refuse('scratch folder'),
    idempotenceKey: task => task.id,
    progress: () => {},
    known: known.map(({ task }) => taskOf(task)).filter(task => task instanceof FileGroupTask),
  }
}

/** What tells a source from others: where it lies, not what it holds. */
function placeOf(task: Task, slot: number, roots: Roots): string {
  if (task instanceof FileGroupTask) return canonicalJson([roots.allRecorded(task.places), task.range ?? null])
  const own = task.deterministicId()
  return own === undefined ? `slot ${slot}` : `key ${own}`
}

/** Documents that a source brings along are part of it. */
function sourceText(task: Task): TaskText {
  if (!(task instanceof DocumentBatch)) return textOf(task)
  const { rows: _, ...text } = textOf(task)
  return { ...text, type: 'DocumentBatch', data: task.rows as unknown as JsonValue }
}

function stampOf(path: string): string {
  try {
    const stats = statSync(path, { bigint: true })
    if (!stats.isFile()) throw new InputError('special_file', `${path} is no regular file`, { path })
    return fileStamp(stats)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new InputError('missing', `${path} does not exist: the source stage names it`, { path })
  }
}

/** What names of output begin with: the file's own name where a source is one file, else the source's id. */
class Names {
  readonly #pinned: ReadonlyMap<string, string>
  readonly #taken: Set<string>
  readonly #ranges = new Occurrences()

  constructor(known: readonly SourceSpec[]) {
    this.#pinned = new Map(known.map(({ id, name }) => [id, name]))
    this.#taken = new Set(known.map(({ name }) => name))
  }

  of(task: Task): string {
    const wanted = this.#wanted(task)
    const pinned = this.#pinned.get(task.id)
    if (pinned !== undefined) return pinned
    const name = this.#taken.has(wanted) ? `${wanted}-${task.id.slice(0, 8)}` : wanted
    this.#taken.add(name)
    return name
  }

  #wanted(task: Task): string {
    if (!(task instanceof FileGroupTask) || task.places.length !== 1) return task.id
    const [place] = task.places
    const isInside = !isAbsolute(place) && !place.split(sep).includes('..')
    const stem = withoutSuffixes(isInside ? place : basename(place))
    return task.range === undefined ? stem : `${stem}-${this.#ranges.next(stem) + 1}`
  }
}

/**
 * Makes sure that a pipeline does not read what it writes.
 *
 * @throws {UsageError} where a source lies in a folder that the pipeline writes to
 */
export function refuseOwnOutput(sources: readonly SourceSpec[], folders: readonly string[]): void {
  const written = folders.map(folder => `${realFolder(folder)}${sep}`)
  const seen = new Map<string, string>()
  for (const { files } of sources)
    for (const { path } of files) {
      const folder = path.slice(0, path.lastIndexOf(sep))
      const real = seen.get(folder) ?? realpathSync(folder)
      seen.set(folder, real)
      const place = `${join(real, basename(path))}`
      const own = written.find(prefix => place.startsWith(prefix))
      if (own !== undefined)
        throw new UsageError(
          `${path} lies in ${own.slice(0, -1)}, which this pipeline writes to, so that it would read its own output: write somewhere else`,
        )
    }
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    const parent = resolve(folder, '..')
    return parent === folder ? folder : join(realFolder(parent), basename(folder))
  }
}

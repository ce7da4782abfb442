import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { JsonValue } from '../../core/json.js'
import type { TaskText } from '../../core/pipeline-spec.js'
import { UsageError } from '../../core/usage-error.js'
import { JobFailure } from '../../execution/protocol/job-failure.js'
import { sayError } from '../../execution/protocol/unit-failure.js'
import { InputError } from '../../io/input-error.js'
import { isFailed, isNone, isTask, resultOf } from '../../pipeline/result.js'
import { taskOf, textOf } from '../../pipeline/run/task-text.js'
import type { Stage, StageContext } from '../../pipeline/stage.js'
import { DocumentBatch, EmptyTask, FileGroupTask, type Task } from '../../pipeline/task.js'
import { rootId, sourceId, type TaskId } from '../../pipeline/task-id.js'
import { stampOf as fileStamp } from '../../util/file-stamp.js'
import { canonicalJson } from '../../util/hash.js'
import type { Roots } from '../../util/roots.js'
import { SourceList } from './source-list.js'
import { SourceNames } from './source-names.js'

const groupLength = 500

/** What sources are listed by. */
export interface Listing {
  readonly initialTasks: readonly Task[] | undefined
  /** Those that an earlier run pinned. */
  readonly known: SourceList | undefined
  readonly roots: Roots
  /** Asked of each file; throws where a source may not have it. */
  readonly check?: (path: string) => void
}

/**
 * Asks the source stage for its tasks, each of which is a source.
 *
 * @throws {JobFailure} where the stage fails
 * @throws {InputError} where what it lists cannot be listed
 * @throws {UsageError} where `check` refuses a file
 */
export async function listSources(
  stage: Stage | undefined,
  { initialTasks, known = new SourceList(), roots, check }: Listing,
): Promise<SourceList> {
  const sources = new SourceList(known)
  const ids = new SourceIds(sources)
  const names = new SourceNames(known)
  let slot = 0
  const take = (task: Task) => {
    task.id = ids.of(placeOf(task, slot++, roots))
    const paths = task instanceof FileGroupTask ? task.data.map(path => resolve(path)) : []
    const files = paths.map(path => ({ path, stamp: stampOf(path) }))
    if (check !== undefined) for (const path of paths) check(path)
    sources.add({ id: task.id, name: names.of(task), task: sourceText(task), files, digest: undefined })
  }
  if (stage === undefined) for (const task of initialTasks ?? []) take(task)
  else for await (const tasks of emitted(stage, initialTasks ?? [new EmptyTask()], known)) tasks.forEach(take)
  return sources
}

/** Ids of sources: by their places, and where some are equal by how many of them came before. */
class SourceIds {
  /** How often a place came, where it came more than once. */
  readonly #again = new Map<string, number>()

  constructor(readonly sources: SourceList) {}

  of(place: string): TaskId {
    const first = sourceId(place, 0)
    if (!this.sources.has(first)) return first
    const count = this.#again.get(place) ?? 1
    this.#again.set(place, count + 1)
    return sourceId(place, count)
  }
}

/**
 * Sources that others pinned, with the stamps that their files have on this host.
 *
 * @throws {InputError} where a file is missing
 */
export function asSeenHere(pinned: SourceList): SourceList {
  const sources = new SourceList()
  for (const source of pinned)
    sources.add({ ...source, files: source.files.map(({ path }) => ({ path, stamp: stampOf(path) })) })
  return sources
}

/** The tasks that a source stage gives, some at a time. */
async function* emitted(stage: Stage, roots: readonly Task[], known: SourceList): AsyncGenerator<readonly Task[]> {
  const context = sourceContext(known)
  const body = stage.live()
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
      const children = result.kind === 'kept' ? [result.task] : result.children
      for await (const some of inGroups(children)) yield some.filter(isSource)
    }
    await body.teardown?.()
  } catch (error) {
    if (error instanceof InputError || error instanceof UsageError || error instanceof JobFailure) throw error
    throw new JobFailure('source_failed', `the source stage ${stage.name} failed: ${sayError(error)}`, { cause: error })
  }
}

/** Some at a time, as there may be millions, and each that is waited for takes time. */
async function* inGroups<T>(children: Iterable<T> | AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let group: T[] = []
  if (Symbol.asyncIterator in children) {
    for await (const child of children) yield [child]
    return
  }
  for (const child of children) {
    group.push(child instanceof Promise ? await child : child)
    if (group.length < groupLength) continue
    yield group
    group = []
  }
  yield group
}

/** @throws what the task failed with; a TypeError where it is none */
function isSource(task: Task): boolean {
  if (isFailed(task)) throw task.error
  if (isNone(task)) return false
  if (!isTask(task)) throw new TypeError(`it gave ${typeof task} among its tasks`)
  const problem = task.validate?.()
  if (problem !== undefined) throw new TypeError(`it gave a ${task.type} that is not valid: ${problem}`)
  return true
}

function sourceContext(known: SourceList): StageContext {
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
    get known() {
      return [...known].map(({ task }) => taskOf(task)).filter(task => task instanceof FileGroupTask)
    },
    hasGroups: known.groups > 0,
  }
}

/** What tells a source from others: where it lies, not what it holds. */
function placeOf(task: Task, slot: number, roots: Roots): string {
  if (task instanceof FileGroupTask) {
    const { places, range } = task
    return range === undefined
      ? JSON.stringify([roots.allRecorded(places), null])
      : canonicalJson([roots.allRecorded(places), range])
  }
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

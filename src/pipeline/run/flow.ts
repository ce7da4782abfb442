import { setTimeout as delay } from 'node:timers/promises'
import type { TaskFailure } from '../../core/pipeline-spec.js'
import { sayError, UnitFailure } from '../../execution/protocol/unit-failure.js'
import { isFailed, isNone, isTask, type Result, resultOf } from '../result.js'
import type { TaskFact } from '../source-tracking.js'
import type { StageBody, StageContext } from '../stage.js'
import type { Task } from '../task.js'
import { childId, Occurrences, type TaskId } from '../task-id.js'
import { FreshTasks } from './fresh-tasks.js'

/** A stage that was set up, with how it is called. */
export interface LiveStage {
  readonly name: string
  readonly body: StageBody<Task, Task>
  readonly batchSize: number
  readonly attempts: number
  readonly retryDelayMs: number
  readonly takes: readonly string[] | undefined
  readonly gives: readonly string[] | undefined
}

/** Told of what happens to the tasks of a source. */
export interface FlowObserver {
  onFact(fact: TaskFact): void
  onFailure(failure: TaskFailure): void
  /** A slot of a stage is settled; children of an expansion are counted as they come. */
  onSlot(
    stage: number,
    slot: { readonly items: number; readonly kind: Result<Task>['kind']; readonly ms: number },
  ): void
  onChild(stage: number, items: number): void
  contextOf(stage: number): StageContext
}

/**
 * Pulls tasks through stages, and gives what comes out at the end. Nothing runs ahead of who asks: a slow stage at the
 * end holds back those before it. Stages answer slot by slot, so that no batch decides what comes of a task.
 */
export async function* flow(
  stages: readonly LiveStage[],
  input: AsyncIterable<Task>,
  observer: FlowObserver,
): AsyncGenerator<Task> {
  let tasks = input
  for (const [index, stage] of stages.entries()) tasks = new StageFlow(stage, index, observer).run(tasks)
  yield* tasks
}

class StageFlow {
  constructor(
    readonly stage: LiveStage,
    readonly index: number,
    readonly observer: FlowObserver,
  ) {}

  async *run(input: AsyncIterable<Task>): AsyncGenerator<Task> {
    for await (const tasks of inBatches(input, this.stage.batchSize)) {
      const started = performance.now()
      const results = await this.#resultsOf(tasks)
      const ms = (performance.now() - started) / tasks.length
      for (const [slot, result] of results.entries()) yield* this.#settle(tasks[slot], result, ms)
    }
    await this.#end()
  }

  async #end(): Promise<void> {
    const context = this.observer.contextOf(this.index)
    try {
      await this.stage.body.endSource?.(context)
    } catch (error) {
      if (error instanceof UnitFailure) throw error
      this.#fail(context.source.id, error)
    }
  }

  /** A batch that fails is halved until the slots that fail stand alone. */
  async #resultsOf(tasks: readonly Task[]): Promise<readonly Result<Task>[]> {
    const { body } = this.stage
    const misfit = tasks.findIndex(task => !this.#takes(task))
    if (misfit >= 0) return Promise.all(tasks.map(task => this.#alone(task)))
    if (body.processBatch === undefined || tasks.length === 1) {
      const results: Result<Task>[] = []
      for (const task of tasks) results.push(await this.#alone(task))
      return results
    }
    try {
      return await this.#callBatch(tasks)
    } catch (error) {
      if (error instanceof UnitFailure) throw error
      const middle = tasks.length >> 1
      return [...(await this.#resultsOf(tasks.slice(0, middle))), ...(await this.#resultsOf(tasks.slice(middle)))]
    }
  }

  async #callBatch(tasks: readonly Task[]): Promise<readonly Result<Task>[]> {
    const { body, name } = this.stage
    const returned = await body.processBatch?.(tasks, this.observer.contextOf(this.index))
    if (!Array.isArray(returned) || returned.length !== tasks.length)
      throw new TypeError(
        `processBatch of ${name} must return one result for each of the ${tasks.length} tasks that it got; it returned ${Array.isArray(returned) ? returned.length : typeof returned}`,
      )
    return returned.map(resultOf)
  }

  /** One slot, as often as the stage's retry policy says. */
  async #alone(task: Task): Promise<Result<Task>> {
    const { attempts, retryDelayMs } = this.stage
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#callOnce(task)
      } catch (error) {
        if (error instanceof UnitFailure) throw error
        if (attempt >= attempts) return { kind: 'failed', error }
        await delay(retryDelayMs * 2 ** (attempt - 1))
      }
    }
  }

  async #callOnce(task: Task): Promise<Result<Task>> {
    const { body, name, takes } = this.stage
    if (!this.#takes(task)) throw new TypeError(`${name} takes ${takes?.join(' or ')}, it got a ${task.type}`)
    if (body.process === undefined) return (await this.#callBatch([task]))[0]
    return resultOf(await body.process(task, this.observer.contextOf(this.index)))
  }

  #takes(task: Task): boolean {
    return this.stage.takes === undefined || this.stage.takes.includes(task.type)
  }

  async *#settle(parent: Task, result: Result<Task>, ms: number): AsyncGenerator<Task> {
    const { observer, index } = this
    const { id: parentId } = parent
    observer.onSlot(index, { items: parent.numItems, kind: result.kind, ms })
    if (result.kind === 'failed') {
      this.#fail(parentId, result.error)
      observer.onFact({ kind: 'failed', task: parentId })
      return
    }
    if (result.kind === 'none') {
      observer.onFact({ kind: 'consumed', task: parentId, children: [] })
      return
    }
    const children = result.kind === 'kept' ? [result.task] : result.children
    yield* this.#passOn(parent, parentId, children)
  }

  /** What consumes a task and creates its children is one fact, told once all children are known. */
  async *#passOn(parent: Task, parentId: TaskId, children: AsyncIterable<Task> | Iterable<Task>): AsyncGenerator<Task> {
    const { observer, index } = this
    const created: TaskId[] = []
    const failed: TaskId[] = []
    const occurrences = new Occurrences()
    // What is expanded one at a time is passed on, and changed, before the next is asked for.
    const fresh = new FreshTasks()
    let slot = 0
    try {
      for await (const returned of Array.isArray(children) ? fresh.ofList(children) : children) {
        const own = isTask(returned) ? returned.deterministicId?.() : undefined
        const key = own === undefined ? `slot ${slot}` : `key ${own} ${occurrences.next(own)}`
        slot++
        if (isNone(returned)) continue
        const id = childId([parentId], key)
        created.push(id)
        const problem = this.#problemOf(returned)
        if (isFailed(returned) || problem !== undefined) {
          failed.push(id)
          this.#fail(id, isFailed(returned) ? returned.error : problem)
          continue
        }
        const child = returned as Task
        if (child !== parent) fresh.note(child)
        if (child !== parent) {
          child.metadata = { ...parent.metadata, ...child.metadata }
          child.datasetName ||= parent.datasetName
        }
        child.id = id
        observer.onChild(index, child.numItems)
        yield child
      }
    } catch (error) {
      if (error instanceof UnitFailure) throw error
      this.#fail(parentId, error)
      observer.onFact({ kind: 'failed', task: parentId })
      return
    }
    observer.onFact({ kind: 'consumed', task: parentId, children: created, failed })
  }

  #problemOf(returned: unknown): unknown {
    const { name, gives } = this.stage
    if (!isTask(returned)) return new TypeError(`${name} gave ${typeof returned} among its tasks`)
    if (isFailed(returned)) return undefined
    if (gives !== undefined && !gives.includes(returned.type))
      return new TypeError(`${name} gives ${gives.join(' or ')}, it gave a ${returned.type}`)
    const problem = returned.validate?.()
    return problem === undefined
      ? undefined
      : new TypeError(`${name} gave a ${returned.type} that is not valid: ${problem}`)
  }

  #fail(task: TaskId, error: unknown): void {
    const stack =
      error instanceof Error || (typeof error === 'object' && error !== null && 'stack' in error)
        ? String((error as Error).stack)
        : undefined
    this.observer.onFailure({ task, stage: this.stage.name, error: sayError(error), stack })
  }
}

async function* inBatches(tasks: AsyncIterable<Task>, size: number): AsyncGenerator<readonly Task[]> {
  let batch: Task[] = []
  for await (const task of tasks) {
    batch.push(task)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

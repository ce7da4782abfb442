import { isTask } from '../result.js'
import { DataTask, DocumentBatch, FileGroupTask, type Task } from '../task.js'

/**
 * Sees to it that no two tasks are the same object or hold the same documents: a stage may change what it gets, and what
 * it does to one task must not show in another.
 */
export class FreshTasks {
  readonly #seen = new WeakSet<object>()

  /** Children that are all there: what is given again is copied before anything is done to it. */
  ofList(children: readonly unknown[]): unknown[] {
    const before = new Set<object>()
    return children.map(child => {
      if (!isTask(child) || child.type === 'NoneTask' || child.type === 'FailedTask') return child
      const isShared = before.has(child) || documentsOf(child).some(document => before.has(document))
      before.add(child)
      for (const document of documentsOf(child)) before.add(document)
      return isShared ? copyOf(child) : child
    })
  }

  /**
   * Takes note of a child that is passed on.
   *
   * @throws {TypeError} where it, or a document of it, was passed on before
   */
  note(task: Task): void {
    const documents = documentsOf(task)
    if (this.#seen.has(task) || documents.some(document => this.#seen.has(document)))
      throw new TypeError(
        `a ${task.type}, or documents of it, were given a second time: what was done to them since shows in both; give each slot its own`,
      )
    this.#seen.add(task)
    for (const document of documents) this.#seen.add(document)
  }
}

function documentsOf(task: Task): readonly object[] {
  return task instanceof DocumentBatch ? task.samples : []
}

function copyOf(task: Task): Task {
  const init = { datasetName: task.datasetName, metadata: task.metadata }
  if (task instanceof DocumentBatch) {
    const documents = task.samples.map(sample => sample.copy())
    return new DocumentBatch(documents, init)
  }
  if (task instanceof FileGroupTask)
    return new FileGroupTask(task.data, { ...init, range: task.range, places: task.places })
  if (task instanceof DataTask)
    return new DataTask(structuredClone(task.data), { ...init, key: task.deterministicId() })
  throw new TypeError(`a ${task.type} was given twice: give each slot a task of its own`)
}

import { DataTask, DocumentBatch, FileGroupTask, type Task } from '../task.js'

/**
 * Sees to it that no two tasks are the same object or hold the same documents: a stage may change what it gets, and what
 * it does to one task must not show in another.
 */
export class FreshTasks {
  readonly #seen = new WeakSet<object>()

  /** The task, or a copy of it where it was given before. */
  of(task: Task): Task {
    if (this.#seen.has(task)) return copyOf(task)
    this.#seen.add(task)
    if (!(task instanceof DocumentBatch)) return task
    const isShared = task.samples.some(sample => this.#seen.has(sample))
    for (const sample of task.samples) this.#seen.add(sample)
    return isShared ? copyOf(task) : task
  }
}

function copyOf(task: Task): Task {
  const init = { datasetName: task.datasetName, metadata: task.metadata }
  if (task instanceof DocumentBatch)
    return new DocumentBatch(
      task.samples.map(sample => sample.copy()),
      init,
    )
  if (task instanceof FileGroupTask)
    return new FileGroupTask(task.data, { ...init, range: task.range, places: task.places })
  if (task instanceof DataTask)
    return new DataTask(structuredClone(task.data), { ...init, key: task.deterministicId() })
  throw new TypeError(`a ${task.type} was given twice: give each slot a task of its own`)
}

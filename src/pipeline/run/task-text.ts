import type { JsonObject, JsonValue } from '../../core/json.js'
import type { TaskText } from '../../core/pipeline-spec.js'
import { DataTask, DocumentBatch, EmptyTask, FileGroupTask, type FileRange, type Task } from '../task.js'
import { knownId } from '../task-id.js'

interface FileGroupText {
  readonly [key: string]: JsonValue
  readonly paths: JsonValue
  readonly places: JsonValue
  readonly range: JsonValue
}

/**
 * Writes a task down. The rows of a DocumentBatch follow it; of a task of a class that is not known here only the data
 * is kept, and it comes back as a DataTask.
 *
 * @throws {TypeError} where its data is no JSON
 */
export function textOf(task: Task): TaskText {
  const { id, type, datasetName, metadata } = task
  const head = { id, type, datasetName, metadata }
  if (task instanceof DocumentBatch) return { ...head, rows: task.numItems }
  if (task instanceof EmptyTask) return head
  if (task instanceof FileGroupTask) {
    const data: FileGroupText = {
      paths: [...task.data],
      places: [...task.places],
      range: (task.range ?? null) as JsonValue,
    }
    return { ...head, data }
  }
  const data = task.data as JsonValue
  const text = JSON.stringify(data)
  if (text === undefined)
    throw new TypeError(`the data of a ${type} is no JSON value, so that it cannot be handed to another process`)
  return { ...head, data }
}

/** The task that was written down; `batch` gives the documents that follow it. */
export function taskOf(text: TaskText, batch: () => DocumentBatch = noDocuments): Task {
  const { id, type, datasetName, metadata, data } = text
  const init = { datasetName, metadata }
  const task = restore()
  task.id = knownId(id)
  return task

  function restore(): Task {
    if (text.rows !== undefined) return batch().withRows(batch().samples)
    if (type === 'DocumentBatch') return new DocumentBatch(data as unknown as JsonObject[], init)
    if (type === 'EmptyTask') return new EmptyTask(init)
    if (type === 'FileGroupTask') {
      const { paths, places, range } = data as FileGroupText
      return new FileGroupTask(paths as string[], {
        ...init,
        places: places as string[],
        range: (range as FileRange | null) ?? undefined,
      })
    }
    return new DataTask(data as JsonValue, init)
  }
}

function noDocuments(): DocumentBatch {
  throw new TypeError('the documents of a task are missing')
}

import type { Sample } from '../core/sample.js'
import { DocumentBatch, type Task } from '../pipeline/task.js'
import type { TraceStep } from './trace-steps.js'

/** A task on its way through the stages: documents that descend from the one that is followed, and the others of its batch. */
export interface Carried {
  readonly task: Task
  /** The documents that are followed. Of a task that holds none, all of it is. */
  readonly own: ReadonlySet<Sample>
}

/** What became of a task at a stage. */
export interface Passed {
  readonly steps: readonly TraceStep[]
  readonly left: readonly Carried[]
}

/** A copy that a stage may change; the others of its batch come along or stay behind. */
export function copyOf({ task, own }: Carried, which: 'all' | 'own' | 'others' = 'all'): Carried {
  if (!(task instanceof DocumentBatch)) return { task, own }
  const copied = new Set<Sample>()
  const samples: Sample[] = []
  for (const sample of task.samples) {
    const isOwn = own.has(sample)
    if (which !== 'all' && isOwn !== (which === 'own')) continue
    const copy = sample.copy()
    samples.push(copy)
    if (isOwn) copied.add(copy)
  }
  return { task: withSamples(task, samples), own: copied }
}

/** The same task with other documents. */
export function withSamples(task: DocumentBatch, samples: readonly Sample[]): DocumentBatch {
  const batch = task.withRows(samples)
  batch.id = task.id
  return batch
}

export function samplesOf(task: Task): readonly Sample[] {
  return task instanceof DocumentBatch ? task.samples : []
}

/** The documents that are followed, in their order. */
export function ownOf({ task, own }: Carried): readonly Sample[] {
  return samplesOf(task).filter(sample => own.has(sample))
}

/** True where nothing but what is followed is in it. */
export function isAlone({ task, own }: Carried): boolean {
  return samplesOf(task).length === own.size
}

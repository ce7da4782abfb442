import { existsSync } from 'node:fs'
import { shardOf } from '../core/shard.js'
import { furthestPoint } from '../engine/job-facts.js'
import { pipelineStatus } from '../engine/pipeline/pipeline-status.js'
import { type CommittedJob, openCommitted } from '../inspect/open-committed.js'
import { JobObserver } from '../jobs/job-view.js'
import { JobDirectory } from '../state/job-directory.js'
import type { WorkLeft } from './judge.js'
import type { ScriptNote } from './script.js'

/** How far the work of a script is, by the records of its job. Changes nothing. */
export async function workLeft({ kind, jobDir, tasks }: ScriptNote): Promise<WorkLeft> {
  const { recipe, pipeline, cutLines, oldCut } = new JobDirectory(jobDir)
  const isBegun = [cutLines, oldCut].some(path => existsSync(path)) && existsSync(kind === 'recipe' ? recipe : pipeline)
  if (!isBegun) {
    const all = Array.from({ length: tasks }, (_, shard) => shard)
    return { isComplete: false, total: 0, done: 0, missing: tasks, missingShards: all }
  }
  const { isComplete, total, open } = kind === 'recipe' ? await openPartitions(jobDir) : await openSources(jobDir)
  const missingShards = [...new Set(open.map(id => shardOf(id, tasks)))].sort((a, b) => a - b)
  return { isComplete, total, done: total - open.length, missing: open.length, missingShards }
}

interface Units {
  readonly isComplete: boolean
  readonly total: number
  /** Ids of those that are not done. */
  readonly open: readonly string[]
}

async function openPartitions(jobDir: string): Promise<Units> {
  const job = await openCommitted(jobDir)
  try {
    const isComplete = new JobObserver().look(jobDir).state === 'completed'
    return { isComplete, total: job.states.length, open: isComplete ? [] : workable(job) }
  } finally {
    job.ledger.close()
  }
}

/** Partitions with something left to do up to the next barrier: what lies behind it can only be done once all are there. */
function workable({ books, states }: CommittedJob): string[] {
  const reached = states.map(state => furthestPoint(books, state)?.opsDone ?? 0)
  for (const { to } of books.plan.reaches) {
    const open = states.filter((_, index) => reached[index] < to)
    if (open.length > 0) return open.map(({ key }) => key)
  }
  return []
}

async function openSources(stateDir: string): Promise<Units> {
  const { total, openIds } = await pipelineStatus(stateDir)
  return { isComplete: openIds.length === 0, total, open: openIds }
}

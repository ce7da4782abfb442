import { indexesOf } from './array-list.js'

/** What Slurm says of one task. */
export interface TaskState {
  /** Of the array, or of the job where it is none. */
  readonly jobId: string
  /** Undefined for a job that is no array. */
  readonly task: number | undefined
  /** Slurm's word, such as RUNNING, without what stands behind it. */
  readonly state: string
  readonly reason?: string
  readonly exitCode?: string
}

/** The format that `parseQueue` reads. */
export const queueFormat = '%F|%K|%T|%r'

/** `squeue --noheader --array --format '%F|%K|%T|%r'` */
export function parseQueue(text: string): TaskState[] {
  return linesOf(text).flatMap(line => {
    const [jobId, task, state, reason] = line.split('|')
    if (state === undefined) return []
    return tasksOf(task).map(index => ({ jobId, task: index, state: wordOf(state), ...(reason ? { reason } : {}) }))
  })
}

/** The fields that `parseAccounting` reads. */
export const accountingFields = 'JobID,State,ExitCode'

/** `sacct --noheader --parsable2 --allocations --duplicates --format JobID,State,ExitCode`; of several lives of a task, the last counts. */
export function parseAccounting(text: string): TaskState[] {
  const found = new Map<string, TaskState>()
  for (const line of linesOf(text)) {
    const [id, state, exitCode] = line.split('|')
    const parts = /^(\d+)(?:_(.+))?$/.exec(id ?? '')
    if (parts === null || state === undefined) continue
    for (const task of tasksOf(parts[2]))
      found.set(`${parts[1]}_${task}`, { jobId: parts[1], task, state: wordOf(state), exitCode })
  }
  return [...found.values()]
}

/**
 * What `scontrol --oneliner show job` or the completion log of `jobcomp/filetxt` say of a run, by its name; of several lives
 * of a task, the last counts.
 */
export function parseRecords(text: string, run: string): TaskState[] {
  const found = new Map<string, TaskState>()
  for (const line of linesOf(text)) {
    const state = fieldOf(line, 'JobState')
    const array = fieldOf(line, 'ArrayJobId')
    const jobId = array === undefined || array === '0' ? fieldOf(line, 'JobId') : array
    if ((fieldOf(line, 'JobName') ?? fieldOf(line, 'Name')) !== run || state === undefined || jobId === undefined)
      continue
    const reason = fieldOf(line, 'Reason')
    const exitCode = fieldOf(line, 'ExitCode')
    for (const task of tasksOf(jobId === array ? fieldOf(line, 'ArrayTaskId') : undefined))
      found.set(`${jobId}_${task}`, {
        ...{ jobId, task, state: wordOf(state) },
        ...(reason === undefined || reason === 'None' ? {} : { reason }),
        ...(exitCode === undefined ? {} : { exitCode }),
      })
  }
  return [...found.values()]
}

/** What one says of a task counts before what the next says of it. */
export function mergeStates(...sources: readonly (readonly TaskState[])[]): TaskState[] {
  const merged = new Map<string, TaskState>()
  for (const source of sources)
    for (const state of source) {
      const key = `${state.jobId}_${state.task}`
      if (!merged.has(key)) merged.set(key, state)
    }
  return [...merged.values()]
}

/** What a state means for who waits for the task. */
export type TaskPhase = 'waiting' | 'running' | 'changing' | 'ended' | 'failed'

const phases: Readonly<Record<string, TaskPhase>> = {
  PENDING: 'waiting',
  CONFIGURING: 'waiting',
  REQUEUE_HOLD: 'waiting',
  REQUEUE_FED: 'waiting',
  RESV_DEL_HOLD: 'waiting',
  SPECIAL_EXIT: 'waiting',
  RUNNING: 'running',
  SUSPENDED: 'running',
  RESIZING: 'running',
  SIGNALING: 'running',
  STAGE_OUT: 'running',
  STOPPED: 'running',
  // Slurm goes on with these by itself.
  COMPLETING: 'changing',
  PREEMPTED: 'changing',
  REQUEUED: 'changing',
  REVOKED: 'changing',
  COMPLETED: 'ended',
  BOOT_FAIL: 'failed',
  CANCELLED: 'failed',
  DEADLINE: 'failed',
  FAILED: 'failed',
  LAUNCH_FAILED: 'failed',
  NODE_FAIL: 'failed',
  OUT_OF_MEMORY: 'failed',
  RECONFIG_FAIL: 'failed',
  TIMEOUT: 'failed',
}

/** A word that is not known is taken for something that goes on: nothing is submitted again because of it. */
export function phaseOf({ state }: TaskState): TaskPhase {
  return phases[state] ?? 'changing'
}

/** True for a task that is in Slurm's hands: it is not to be submitted again. */
export function isActive(state: TaskState): boolean {
  return ['waiting', 'running', 'changing'].includes(phaseOf(state))
}

/** Without what stands behind it: `CANCELLED by 1000`, `CANCELLED+`. */
function wordOf(state: string): string {
  return /^[A-Z_]+/.exec(state.trim())?.[0] ?? state.trim()
}

function tasksOf(list: string | undefined): (number | undefined)[] {
  if (list === undefined || list === '' || list === 'N/A') return [undefined]
  return indexesOf(list) ?? [undefined]
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(line => line.trim() !== '')
}

function fieldOf(line: string, name: string): string | undefined {
  return new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(line)?.[1]
}

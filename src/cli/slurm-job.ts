import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { UsageError } from '../core/usage-error.js'
import { arrayLists } from '../slurm/array-list.js'
import { maxArraySize, statesOf } from '../slurm/cluster.js'
import { countStates, judge, missingTasks, type Verdict, type WorkLeft } from '../slurm/judge.js'
import { type Run, Runs } from '../slurm/runs.js'
import { finishingPath, noteOf, type ScriptNote } from '../slurm/script.js'
import { submit, submitAfter } from '../slurm/submit.js'
import type { TaskState } from '../slurm/task-states.js'
import { workLeft } from '../slurm/work-left.js'
import { formatCount, plural } from '../util/format.js'
import { newWriter } from '../util/staging.js'
import { wholeNumber } from './option-values.js'
import type { SlurmOptions } from './slurm.js'

export async function submitScript(script: string, { array, offset, json }: SlurmOptions): Promise<void> {
  const { path, note, runs } = await openScript(script)
  const submitted = await submit(path, runs, { array, offset: wholeNumber('--offset', offset, 0) })
  const finishing = finishingPath(path)
  const finish = note.shard === 'hash' && existsSync(finishing) ? await submitAfter(finishing, submitted) : undefined
  if (json) process.stdout.write(`${JSON.stringify({ ...submitted, finish })}\n`)
  else {
    const how = submitted.kind === 'found' ? 'was submitted before, and its answer was lost: it is' : 'is'
    process.stdout.write(`${script} ${how} job ${submitted.jobId}, named ${submitted.run}\n`)
    if (finish !== undefined) process.stdout.write(`${finishing} is job ${finish}, and waits for it\n`)
  }
}

export async function showSlurmStatus(script: string, { json }: SlurmOptions): Promise<void> {
  const { note, runs } = await openScript(script)
  const { work, states, last } = await lookAt(note, runs)
  const verdict = judge(work, states, last === undefined ? undefined : { ...note, ageMs: Date.now() - last.at })
  if (json) {
    process.stdout.write(`${JSON.stringify({ job: note.jobDir, work, states, verdict, jobId: last?.jobId })}\n`)
    return
  }
  const units = note.kind === 'recipe' ? 'partition' : 'source'
  const done = work.total === 0 ? 'not begun' : `${formatCount(work.done)} of ${plural(work.total, units)} done`
  const counts = countStates(states).map(({ state, tasks }) => `${tasks} ${state}`)
  const named =
    last === undefined ? 'never submitted' : last.jobId === undefined ? 'no answer on record' : `job ${last.jobId}`
  process.stdout.write(
    [
      `job      ${note.jobDir}: ${work.isComplete ? 'complete' : done}`,
      `slurm    ${named}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`,
      `         ${sentenceOf(verdict, script)}`,
    ]
      .join('\n')
      .concat('\n'),
  )
}

export async function showMissing(script: string, { json }: SlurmOptions): Promise<void> {
  const { note, runs } = await openScript(script)
  const { work, states } = await lookAt(note, runs)
  const parts = arrayLists(missingTasks(work, states, note), await maxArraySize())
  const tasks = parts.reduce((sum, part) => sum + part.tasks, 0)
  if (json) process.stdout.write(`${JSON.stringify({ tasks, arrays: parts })}\n`)
  else if (tasks === 0) process.stdout.write(`${whyNone(work, note)}\n`)
  else {
    process.stdout.write(`${plural(tasks, 'task')} ${tasks === 1 ? 'is' : 'are'} worth submitting:\n`)
    for (const { list, offset } of parts)
      process.stdout.write(
        `  pawl slurm submit ${script} --array=${list}${offset === 0 ? '' : ` --offset=${offset}`}\n`,
      )
  }
}

function whyNone({ isComplete, missing }: WorkLeft, { shard }: ScriptNote): string {
  if (isComplete) return 'No task is worth submitting: the job is complete.'
  return shard === 'hash' && missing === 0
    ? 'No shard has anything left: the finishing script does the rest.'
    : 'No task is worth submitting beside those that are waiting or at work.'
}

interface OpenScript {
  readonly path: string
  readonly note: ScriptNote
  readonly runs: Runs
}

async function openScript(script: string): Promise<OpenScript> {
  const path = resolve(script)
  if (!existsSync(path)) throw new UsageError(`there is no script ${path}: pawl slurm init writes one`)
  const note = noteOf(readFileSync(path, 'utf8'))
  if (note === undefined)
    throw new UsageError(
      `${path} was not written by pawl slurm init, or lost the line that begins with "# pawl-slurm:"`,
    )
  return { path, note, runs: new Runs(path, newWriter()) }
}

/** The job's own records, and what Slurm says of all that was submitted of it. */
async function lookAt(
  note: ScriptNote,
  runs: Runs,
): Promise<{ readonly work: WorkLeft; readonly states: readonly TaskState[]; readonly last: Run | undefined }> {
  const work = await workLeft(note)
  const states: TaskState[] = []
  const all = runs.list()
  for (const { run, offset = 0 } of all)
    for (const state of await statesOf(run))
      states.push(state.task === undefined ? state : { ...state, task: state.task + offset })
  return { work, states, last: all.at(-1) }
}

function sentenceOf(verdict: Verdict, script: string): string {
  switch (verdict.kind) {
    case 'complete':
      return 'The job is complete.'
    case 'active':
      return `${plural(verdict.tasks, 'task')} ${verdict.tasks === 1 ? 'is' : 'are'} waiting or at work.`
    case 'no_news':
      return 'Slurm says nothing of it yet: ask again in a minute.'
    case 'unfinished':
      return verdict.indexes.length === 0
        ? 'Nothing is at work, and no shard has anything left: submit the finishing script.'
        : `Nothing is at work and some of it is missing: pawl slurm missing ${script} says which tasks to submit.`
  }
}

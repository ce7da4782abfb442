import { describe, expect, it } from 'vitest'
import { arrayLists, indexesOf } from '../../src/slurm/array-list.js'
import { judge, lagMs, missingTasks, type SubmittedRun, type WorkLeft } from '../../src/slurm/judge.js'
import { arrayScript, finishingPath, finishingScript, noteOf, type SlurmScript } from '../../src/slurm/script.js'
import {
  isActive,
  mergeStates,
  parseAccounting,
  parseQueue,
  parseRecords,
  phaseOf,
  type TaskState,
} from '../../src/slurm/task-states.js'

describe('what Slurm says', () => {
  it('squeue: tasks of an array, a job that is none, and one that is being requeued', () => {
    const text = `12|0|RUNNING|None
12|3|PENDING|Resources
12|4|PENDING|BeginTime
13|N/A|COMPLETING|None
`
    expect(parseQueue(text)).toEqual([
      { jobId: '12', task: 0, state: 'RUNNING', reason: 'None' },
      { jobId: '12', task: 3, state: 'PENDING', reason: 'Resources' },
      { jobId: '12', task: 4, state: 'PENDING', reason: 'BeginTime' },
      { jobId: '13', task: undefined, state: 'COMPLETING', reason: 'None' },
    ])
  })

  it('sacct: the last life of a task counts, and what stands behind a state is left out', () => {
    const text = `12_0|COMPLETED|0:0
12_1|REQUEUED|0:0
12_1|RUNNING|0:0
12_2|CANCELLED by 1000|0:15
12_[3-5%2]|PENDING|0:0
14|NODE_FAIL|1:0
`
    const states = parseAccounting(text)
    expect(states.map(({ jobId, task, state }) => [jobId, task, state])).toEqual([
      ['12', 0, 'COMPLETED'],
      ['12', 1, 'RUNNING'],
      ['12', 2, 'CANCELLED'],
      ['12', 3, 'PENDING'],
      ['12', 4, 'PENDING'],
      ['12', 5, 'PENDING'],
      ['14', undefined, 'NODE_FAIL'],
    ])
  })

  it('scontrol and the completion log: those of the run alone, arrays and single jobs', () => {
    const control = `JobId=2 ArrayJobId=1 ArrayTaskId=0 JobName=pawl-x UserId=root(0) JobState=COMPLETED Reason=None ExitCode=0:0
JobId=1 ArrayJobId=1 ArrayTaskId=3-4 JobName=pawl-x UserId=root(0) JobState=PENDING Reason=Resources ExitCode=0:0
JobId=9 ArrayJobId=9 ArrayTaskId=0 JobName=pawl-xy UserId=root(0) JobState=RUNNING Reason=None ExitCode=0:0`
    expect(parseRecords(control, 'pawl-x')).toEqual([
      { jobId: '1', task: 0, state: 'COMPLETED', exitCode: '0:0' },
      { jobId: '1', task: 3, state: 'PENDING', reason: 'Resources', exitCode: '0:0' },
      { jobId: '1', task: 4, state: 'PENDING', reason: 'Resources', exitCode: '0:0' },
    ])
    const log = `JobId=4 UserId=root(0) GroupId=root(0) Name=pawl-x JobState=NODE_FAIL Partition=main ArrayJobId=1 ArrayTaskId=2 ExitCode=0:0
JobId=4 UserId=root(0) GroupId=root(0) Name=pawl-x JobState=COMPLETED Partition=main ArrayJobId=1 ArrayTaskId=2 ExitCode=0:0
JobId=7 UserId=root(0) GroupId=root(0) Name=pawl-x JobState=TIMEOUT Partition=main ArrayJobId=0 ArrayTaskId=4294967294 ExitCode=0:0`
    expect(parseRecords(log, 'pawl-x').map(({ jobId, task, state }) => [jobId, task, state])).toEqual([
      ['1', 2, 'COMPLETED'],
      ['7', undefined, 'TIMEOUT'],
    ])
  })

  it('what is queued counts before what was on record of an earlier life', () => {
    const now = parseQueue('12|0|PENDING|BeginTime\n')
    const before = parseAccounting('12_0|PREEMPTED|0:0\n12_1|COMPLETED|0:0\n')
    expect(mergeStates(now, before).map(({ task, state }) => [task, state])).toEqual([
      [0, 'PENDING'],
      [1, 'COMPLETED'],
    ])
  })

  it.each([
    ['PENDING', 'waiting'],
    ['CONFIGURING', 'waiting'],
    ['RUNNING', 'running'],
    ['SUSPENDED', 'running'],
    ['COMPLETING', 'changing'],
    ['PREEMPTED', 'changing'],
    ['REQUEUED', 'changing'],
    ['COMPLETED', 'ended'],
    ['CANCELLED', 'failed'],
    ['FAILED', 'failed'],
    ['NODE_FAIL', 'failed'],
    ['OUT_OF_MEMORY', 'failed'],
    ['TIMEOUT', 'failed'],
    ['DEADLINE', 'failed'],
    ['BOOT_FAIL', 'failed'],
    // A word of a later Slurm: nothing is submitted twice because of it.
    ['SOMETHING_NEW', 'changing'],
  ])('%s is %s', (state, phase) => {
    const task: TaskState = { jobId: '1', task: 0, state }
    expect(phaseOf(task)).toBe(phase)
    expect(isActive(task)).toBe(!['ended', 'failed'].includes(phase))
  })
})

const work = (missing: number, missingShards: number[] = []): WorkLeft => ({
  ...{ isComplete: false, total: 100, done: 100 - missing, missing, missingShards },
})
const states = (...words: string[]): TaskState[] => words.map((state, task) => ({ jobId: '1', task, state }))
const run = (shard: 'lease' | 'hash', ageMs = lagMs + 1): SubmittedRun => ({ shard, tasks: 4, ageMs })

interface Situation {
  readonly left: WorkLeft
  readonly told: TaskState[]
  readonly submitted: SubmittedRun | undefined
}

describe('what is to be done', () => {
  it.each<[string, Situation, unknown]>([
    [
      'never submitted',
      { left: work(100), told: [], submitted: undefined },
      { kind: 'unfinished', indexes: expect.anything() },
    ],
    ['submitted a moment ago', { left: work(100), told: [], submitted: run('lease', 1_000) }, { kind: 'no_news' }],
    [
      'unknown to Slurm for long',
      { left: work(100), told: [], submitted: run('lease') },
      { kind: 'unfinished', indexes: [0, 1, 2, 3] },
    ],
    [
      'at work',
      { left: work(50), told: states('RUNNING', 'PENDING'), submitted: run('lease') },
      { kind: 'active', tasks: 2 },
    ],
    [
      'preempted: Slurm goes on',
      { left: work(50), told: states('PREEMPTED', 'FAILED'), submitted: run('lease') },
      { kind: 'active', tasks: 1 },
    ],
    [
      'all ended, some missing',
      { left: work(2), told: states('COMPLETED', 'FAILED'), submitted: run('lease') },
      { kind: 'unfinished', indexes: [0, 1] },
    ],
    [
      'all failed, nothing missing but the export',
      { left: work(0), told: states('FAILED'), submitted: run('lease') },
      { kind: 'unfinished', indexes: [0] },
    ],
    [
      'complete, whatever Slurm says',
      { left: { ...work(0), isComplete: true }, told: states('FAILED', 'TIMEOUT'), submitted: run('lease') },
      { kind: 'complete' },
    ],
    [
      'shards that are missing',
      { left: work(9, [1, 3]), told: states('COMPLETED', 'FAILED'), submitted: run('hash') },
      { kind: 'unfinished', indexes: [1, 3] },
    ],
    [
      'shards all done: one finishes',
      { left: work(0), told: states('COMPLETED'), submitted: run('hash') },
      { kind: 'unfinished', indexes: [] },
    ],
  ])('%s', (_, { left, told, submitted }, verdict) => {
    expect(judge(left, told, submitted)).toEqual(verdict)
  })

  it('beside tasks that are at work only those that are not', () => {
    expect(missingTasks(work(9, [0, 1, 3]), states('RUNNING', 'FAILED'), run('hash'))).toEqual([1, 3])
    expect(missingTasks(work(50), states('RUNNING', 'FAILED', 'PENDING'), run('lease'))).toEqual([1, 3])
    expect(missingTasks(work(1), states('RUNNING'), run('lease'))).toEqual([])
  })
})

describe('lists for --array', () => {
  it('in ranges, split to what the cluster allows, with an offset beyond it', () => {
    expect(arrayLists([7, 0, 1, 2, 5, 5], 1001)).toEqual([{ list: '0-2,5,7', offset: 0, tasks: 5 }])
    expect(arrayLists([2, 3, 4, 5, 11], 4)).toEqual([
      { list: '2-3', offset: 0, tasks: 2 },
      { list: '0-1', offset: 4, tasks: 2 },
      { list: '3', offset: 8, tasks: 1 },
    ])
    expect(arrayLists([], 4)).toEqual([])
  })

  it('are read as Slurm writes them', () => {
    expect(indexesOf('[3-5%2]')).toEqual([3, 4, 5])
    expect(indexesOf('1-9:4,20')).toEqual([1, 5, 9, 20])
    expect(indexesOf('N/A')).toBeUndefined()
  })
})

describe('the batch script', () => {
  const script: SlurmScript = {
    ...{ kind: 'recipe', file: "/data/it's/recipe.yaml", jobDir: '/data/jobs/x', cwd: '/data', pawl: 'node pawl' },
    ...{ name: 'x', tasks: 8, shard: 'hash', cpus: 2, time: '1:00:00', partition: 'main', memory: '4G' },
    ...{ logs: '/data/logs', extra: ['--account=lab'] },
  }

  it('says what it asks for, and what it was made of', () => {
    const text = arrayScript(script)
    for (const line of [
      '#SBATCH --array=0-7',
      '#SBATCH --requeue',
      '#SBATCH --open-mode=append',
      '#SBATCH --signal=B:TERM@120',
      '#SBATCH --time=1:00:00',
      '#SBATCH --partition=main',
      '#SBATCH --mem=4G',
      '#SBATCH --account=lab',
    ])
      expect(text.split('\n')).toContain(line)
    expect(noteOf(text)).toMatchObject({ kind: 'recipe', jobDir: '/data/jobs/x', tasks: 8, shard: 'hash' })
    expect(noteOf('#!/bin/bash\n# pawl-slurm: {"half')).toBeUndefined()
  })

  it('passes names through the shell as they are', () => {
    expect(arrayScript(script)).toContain(`--config '/data/it'\\''s/recipe.yaml'`)
  })

  it('of a finishing task has no share, and no array', () => {
    const text = finishingScript(script)
    expect(text).toContain('--shard lease')
    expect(text).not.toContain('--array')
    expect(finishingPath('/a/pawl.sbatch')).toBe('/a/pawl-finish.sbatch')
  })
})

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { showJobProgress, watchJob } from '../../src/library/jobs.js'
import { drawing } from '../drawn.js'
import { PipelineRig } from '../pipeline/rig.js'
import type { Ended, JobRig } from '../rig-job.js'
import { gatedRig, quickBeats, startGated } from './gated-rig.js'

const itDrawn = drawing(2)

/** What a command has to answer: its exit code, and what it prints. */
type Answer = readonly [args: readonly string[], code: number, printed: RegExp]

const jobDir = (rig: JobRig) => rig.path('jobs', 'job')

/** Every file of a folder, with its size and when it was last written. */
function manifest(folder: string): string[] {
  return (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[])
    .map(name => ({ name, stats: statSync(join(folder, name), { bigint: true }) }))
    .map(({ name, stats }) => `${name} ${stats.isFile() ? stats.size : ''} ${stats.mtimeNs}`)
    .sort()
}

async function answers(run: (...args: string[]) => Promise<Ended>, expected: readonly Answer[]): Promise<void> {
  for (const [args, code, printed] of expected) {
    const { stdout, stderr, ...end } = await run(...args)
    expect([args, end.code, stdout + stderr]).toEqual([args, code, expect.stringMatching(printed)])
    expect(stderr).not.toMatch(/^ +at /m)
  }
}

/** Commands whose answer does not depend on how far the job is, as long as it is not complete. */
const incomplete = (state: string): Answer[] => [
  [['monitor', 'jobs/job', '--detailed'], 0, new RegExp(`^state +${state}`, 'm')],
  [['jobs', '--work_dir', 'jobs'], 0, new RegExp(`^job +${state}`, 'm')],
  [['events', 'jobs/job', '--type', 'job_start'], 0, /job_start {2}Starting job: 2 operators over 6 partitions/],
  [['trace', 'jobs/job', '--id', 'id=250'], 0, /gate_mapper: kept[\s\S]*It is kept/],
  [['trace', 'jobs/job', '--id', 'id=7'], 0, /gate_mapper: failed.*the service was away/],
  [['diff', 'jobs/job', 'jobs/job'], 2, /is not finished, or no longer kept: pawl resume /],
  [
    ['checkpoint', 'export', 'jobs/job', '--after', 'gate_mapper', '--to', 'x.jsonl'],
    2,
    /partitions have no checkpoint/,
  ],
]

itDrawn(
  'each command answers on a job that runs, that was stopped, and that is complete',
  {
    timeout: 60_000,
  },
  async () => {
    const rig = gatedRig()
    const running = await startGated(rig)
    const run = (...args: string[]) => rig.run(...args)
    await answers(run, [
      ...incomplete('running'),
      [['stop', '--list', '--work_dir', 'jobs'], 0, /^job +running /m],
      [['stop', '--list', '--work_dir', 'data'], 0, /^No job runs/],
      [['clean', 'jobs/job'], 2, /is running: stop it first/],
      [['quarantine', 'replay', 'jobs/job'], 2, /is running: wait for its end, or stop it first/],
    ])
    running.kill('SIGTERM')
    expect((await running.ended).code).toBe(143)
    const before = manifest(jobDir(rig))
    await answers(run, [
      ...incomplete('stopped'),
      [['clean', 'jobs/job'], 2, /is stopped: its checkpoints are what it goes on from/],
      [['stop', 'jobs/job'], 0, /^Nothing to stop/],
    ])
    expect(manifest(jobDir(rig))).toEqual(before)
    rig.write('gate/open', '')
    expect((await rig.run('resume', 'jobs/job')).code).toBe(0)
    const complete = manifest(jobDir(rig))
    await answers(run, [
      [['monitor', 'jobs/job'], 0, /^state +completed/m],
      [['quarantine', 'list', 'jobs/job'], 0, /^gate_mapper .* 1 +the service was away +\S+a\.jsonl:8$/m],
      [['trace', 'jobs/job', '--line', 'data/a.jsonl:251'], 0, /a\.jsonl, line 251 [\s\S]*It is kept/],
      [['diff', 'jobs/job', 'jobs/job'], 0, /^299 samples .*: 299 the same, 0 differ, 0 only /],
      [['checkpoint', 'list', 'jobs/job'], 0, /^process\[1\] gate_mapper +6\/6 +299 /m],
    ])
    expect(manifest(jobDir(rig))).toEqual(complete)
  },
)

itDrawn('each command answers on a job that was killed, and on one that failed', { timeout: 60_000 }, async () => {
  const rig = gatedRig()
  const running = await startGated(rig)
  running.kill('SIGKILL')
  await running.ended
  const before = manifest(jobDir(rig))
  await answers(
    (...args) => rig.run(...args),
    [...incomplete('lost'), [['clean', 'jobs/job'], 2, /is lost: its checkpoints are what it goes on from/]],
  )
  expect(manifest(jobDir(rig))).toEqual(before)
  rig.write('gate/open', '')
  expect((await rig.runRecipe('--on_error', 'fail')).code).toBe(1)
  await answers(
    (...args) => rig.run(...args),
    [
      [['monitor', 'jobs/job'], 0, /^state +failed: .*the service was away/m],
      [['events', 'jobs/job', '--type', 'job_failed'], 0, /job_failed .*the service was away/],
      [['trace', 'jobs/job', '--id', 'id=7'], 0, /gate_mapper: failed.*the service was away/],
      [['clean', 'jobs/job'], 2, /is failed: its checkpoints are what it goes on from/],
    ],
  )
})

itDrawn(
  'several processes on one job: all are seen, one is stopped by its number, the other brings the job to its end',
  {
    timeout: 60_000,
  },
  async () => {
    const rig = gatedRig()
    const first = await startGated(rig)
    const second = rig.startWith({ ...quickBeats, XDG_STATE_HOME: rig.path('state') }, 'run', '--config', 'recipe.yaml')
    await second.sees(/joined|Joining|Starting|Resuming/)
    const pids = () => showJobProgress(jobDir(rig)).processes.filter(({ state }) => state === 'running')
    for await (const _ of watchJob(jobDir(rig), undefined, { intervalMs: 20 })) if (pids().length === 2) break
    expect(
      pids()
        .map(({ status }) => status.pid)
        .sort(),
    ).toEqual([first.pid, second.pid].sort())
    await answers(
      (...args) => rig.run(...args),
      [
        [['monitor', 'jobs/job'], 0, new RegExp(`process +(${first.pid}|${second.pid}) on `)],
        [
          ['stop', 'jobs/job', '--pid', String(second.pid)],
          0,
          new RegExp(`^Process ${second.pid} on .* stopped in order`),
        ],
        [['stop', 'jobs/job', '--host', 'nowhere'], 0, /^Nothing to stop/],
      ],
    )
    await second.ended
    expect(showJobProgress(jobDir(rig))).toMatchObject({ state: 'running', pid: first.pid })
    rig.write('gate/open', '')
    expect((await first.ended).code).toBe(0)
    expect(showJobProgress(jobDir(rig))).toMatchObject({ state: 'completed', share: 1 })
    expect(rig.exportedRows()).toHaveLength(299)
  },
)

itDrawn(
  'a pipeline: seen and told of like a recipe; what is only for recipes is refused with the command that goes on',
  async () => {
    const rig = new PipelineRig()
    rig.writeDocuments('input/a.jsonl', 6)
    rig.write(
      'run.mjs',
      `
import { JsonlReader, JsonlWriter, Pipeline, ScoreFilter, WordCountFilter } from 'pawl'

await new Pipeline({ name: 'seen' })
  .addStage(new JsonlReader({ filePaths: 'input' }))
  .addStage(new ScoreFilter(new WordCountFilter({ minWords: 3 })))
  .addStage(new JsonlWriter({ path: 'output' }))
  .run({ checkpointPath: 'state', workers: 1 })`,
    )
    expect((await rig.start('run.mjs').ended).code).toBe(0)
    const before = manifest(rig.path('state'))
    const forRecipes = /state is the job of a pipeline, .* to go on with it, run node .*run\.mjs/
    await answers(
      (...args) => rig.cli(...args),
      [
        [['monitor', 'state'], 0, /^state +completed/m],
        [['events', 'state', '--type', 'job_complete'], 0, /job_complete/],
        [['stop', 'state'], 0, /^Nothing to stop/],
        [['trace', 'state', '--id', 'id=input/a.jsonl-5'], 0, /JsonlWriter: kept, written to \S*output\/a\.jsonl/],
        [['diff', 'state', 'state'], 0, /^1 source in both: 1 the same, 0 differ$/m],
        [['checkpoint', 'list', 'state'], 0, /^No checkpoint fits the pipeline/],
        [['quarantine', 'list', 'state'], 0, /^Nothing was set aside/],
        [['quarantine', 'replay', 'state'], 2, /--replay-quarantined/],
        [['resume', 'state'], 2, forRecipes],
      ],
    )
    expect(manifest(rig.path('state'))).toEqual(before)
  },
)

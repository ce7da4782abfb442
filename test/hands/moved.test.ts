import { spawnSync } from 'node:child_process'
import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawing, oneOf, runsAll } from '../drawn.js'
import { type Ended, JobRig } from '../rig-job.js'

const itDrawn = drawing(2)

const lines = (file: string) =>
  Array.from({ length: 12 }, (_, n) => ({ id: `${file}-${n}`, text: `sample ${n % 9} of some file, and more` }))

/** A project whose recipe names all of its places from the root on. */
function makeProject(rig: JobRig, at: string, extra: Readonly<Record<string, unknown>> = {}): void {
  for (const file of ['a', 'b', 'c']) rig.writeLines(`${at}/data/${file}.jsonl`, lines(file))
  describeAt(rig, at, extra)
}

function describeAt(rig: JobRig, at: string, extra: Readonly<Record<string, unknown>> = {}): void {
  const recipe = {
    ...{ dataset_path: rig.path(at, 'data'), export_path: rig.path(at, 'out/result.jsonl') },
    ...{ work_dir: rig.path(at, 'jobs'), job_id: 'job', np: 1, partition: { mode: 'manual', num_of_partitions: 3 } },
    process: ['clean_email_mapper', 'document_deduplicator', { text_length_filter: { min_len: 5 } }],
    ...extra,
  }
  rig.write(`${at}/recipe.yaml`, JSON.stringify(recipe))
}

const run = (rig: JobRig, at: string, env: NodeJS.ProcessEnv = process.env): Promise<Ended> =>
  rig.startWith(env, 'run', '--config', join(at, 'recipe.yaml')).ended

function unitsAt(rig: JobRig, at: string): number {
  const job = rig.path(at, 'jobs', 'job')
  const [last] = readdirSync(job)
    .filter(name => name.startsWith('events_'))
    .sort()
    .reverse()
  return rig.read(at, 'jobs', 'job', last).split('"partition_start"').length - 1
}

describe('job, input and export that were moved to another folder', () => {
  const ways = [
    ['moved', (from: string, to: string) => renameSync(from, to)],
    ['copied', (from: string, to: string) => void spawnSync('cp', ['-r', from, to])],
  ] as const
  it.each(oneOf(2, ways))('%s: nothing is redone, nor exported again', async (_, move) => {
    const rig = new JobRig()
    makeProject(rig, 'one')
    expect((await run(rig, 'one')).code).toBe(0)
    const result = rig.read('one/out/result.jsonl')
    move(rig.path('one'), rig.path('two'))
    describeAt(rig, 'two')
    const there = await run(rig, 'two')
    expect([there.code, there.stdout]).toEqual([0, expect.stringContaining('nothing to do')])
    expect(there.stderr).toContain(`This job was in ${rig.path('one/jobs/job')}`)
    expect(rig.read('two/out/result.jsonl')).toBe(result)
    expect(unitsAt(rig, 'two')).toBe(0)
    const again = await run(rig, 'two')
    expect([again.code, again.stderr]).toEqual([0, ''])

    // It is a job like any other: an edit redoes what lies behind it, a new file is one more partition.
    rig.writeLines('two/data/d.jsonl', lines('d'))
    expect((await run(rig, 'two')).code).toBe(0)
    expect(unitsAt(rig, 'two')).toBeLessThan(6)
    makeProject(rig, 'fresh')
    rig.writeLines('fresh/data/d.jsonl', lines('d'))
    expect((await run(rig, 'fresh')).code).toBe(0)
    expect(rig.read('two/out/result.jsonl')).toBe(rig.read('fresh/out/result.jsonl'))
  })

  itDrawn('in the middle of its work: it goes on with what it has', async () => {
    const rig = new JobRig()
    makeProject(rig, 'one', { process: ['clean_email_mapper'] })
    expect((await run(rig, 'one')).code).toBe(0)
    renameSync(rig.path('one'), rig.path('two'))
    // What came to the old place meanwhile is something else.
    makeProject(rig, 'one')
    describeAt(rig, 'two', {
      process: ['clean_email_mapper', { text_length_filter: { min_len: 3 } }],
      dataset_path: [rig.path('two/data'), rig.path('one/data')],
    })
    const there = await run(rig, 'two')
    expect([there.code, there.stderr.includes('error')]).toEqual([0, false])
    expect(rig.read('two/out/result.jsonl').split('\n')).toHaveLength(73)
  })

  itDrawn('the job alone, or its input alone: what is still where it was is found there', async () => {
    const rig = new JobRig()
    makeProject(rig, 'one')
    expect((await run(rig, 'one')).code).toBe(0)
    const result = rig.read('one/out/result.jsonl')
    renameSync(rig.path('one/jobs'), rig.path('jobs'))
    describeAt(rig, 'one', { work_dir: rig.path('jobs') })
    expect((await run(rig, 'one')).stdout).toContain('nothing to do')
    expect(rig.read('one/out/result.jsonl')).toBe(result)
  })

  itDrawn('killed while it takes note of that: the next run does it again', { timeout: 120_000 }, async () => {
    const rig = new JobRig()
    makeProject(rig, 'one')
    expect((await run(rig, 'one')).code).toBe(0)
    const result = rig.read('one/out/result.jsonl')
    const steps = runsAll ? Array.from({ length: 40 }, (_, n) => n + 1) : [3, 6, 9, 12, 15, 19]
    let at = 'one'
    for (const step of steps) {
      const to = `place-${step}`
      renameSync(rig.path(at), rig.path(to))
      describeAt(rig, to)
      const env = {
        ...process.env,
        PAWL_KILL_AT: `coordinator:${step}`,
        NODE_OPTIONS: `--import=${resolve('test/crash/kill-at.mjs')}`,
      }
      await run(rig, to, env)
      at = to
    }
    writeFileSync(rig.path('done'), '')
    expect((await run(rig, at)).code).toBe(0)
    expect(rig.read(at, 'out/result.jsonl')).toBe(result)
    expect(unitsAt(rig, at)).toBe(0)
  })
})

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { drawing } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(3)

/** A mapper that fails on some samples while a file says that a service is away; the recipe is the same before and after. */
const service = (rig: JobRig) => `
import { defineMapper } from 'pawl'
import { existsSync } from 'node:fs'

export default defineMapper({
  name: 'service_mapper',
  summary: 'Asks a service.',
  params: {},
  create: (_, { textKey }) => ({
    map(sample) {
      if (sample.get(['id']) % 10 === 3 && existsSync(${JSON.stringify(rig.path('away'))})) throw new Error('the service was away')
      sample.setText(textKey, sample.text(textKey).toUpperCase())
    },
  }),
})
`

function serviceRig(process: readonly unknown[] = ['service_mapper']): JobRig {
  const rig = new JobRig()
  rig.writeLines(
    'data/a.jsonl',
    Array.from({ length: 100 }, (_, id) => ({ id, text: `text number ${id % 50}` })),
  )
  rig.write('data/b.jsonl', `${JSON.stringify({ id: 100, text: 'the last' })}\n{"broken\n`)
  rig.write('ops.ts', service(rig))
  rig.write('away', '')
  rig.recipe({
    custom_operator_paths: ['ops.ts'],
    process,
    partition: { mode: 'manual', num_of_partitions: 5 },
    checkpoint: { strategy: 'every_op' },
    max_quarantine_ratio: 1,
  })
  return rig
}

const processes = [
  ['a mapper alone', ['service_mapper']],
  ['in front of a barrier', ['service_mapper', 'document_deduplicator', { text_length_filter: { min_len: 3 } }]],
] as const

test.each(processes)('what was set aside comes through after a fix, at its place and once: %s', async (_, process) => {
  const rig = serviceRig(process)
  expect((await rig.runRecipe()).code).toBe(0)
  const list = await rig.run('quarantine', 'list', 'jobs/job')
  expect(list.stdout).toMatch(/^service_mapper +\S+ +10 +the service was away +\S+a\.jsonl:4$/m)
  expect(list.stdout).toMatch(/^reader +not_json +1 /m)
  const without = rig.bytes('out', 'result.jsonl')

  // Still away: nothing changes.
  expect((await rig.run('quarantine', 'replay', 'jobs/job', '-q')).code).toBe(0)
  expect(rig.bytes('out', 'result.jsonl').equals(without)).toBe(true)

  const fresh = serviceRig(process)
  for (const one of [rig, fresh]) rmSync(one.path('away'))
  const replay = await rig.run('quarantine', 'replay', 'jobs/job')
  expect(replay).toMatchObject({ code: 0, stderr: '' })
  expect(replay.stdout).toMatch(/^Running 10 samples again/)
  await fresh.runRecipe()
  expect(rig.read('out', 'result.jsonl')).toBe(fresh.read('out', 'result.jsonl'))
  expect(rig.quarantine().map(({ operator }) => operator)).toEqual(['reader'])
  const again = await rig.run('quarantine', 'replay', 'jobs/job')
  expect(again).toMatchObject({ code: 2 })
  expect(again.stderr).toMatch(/set nothing aside that could be run again/)
  const before = rig.events().length
  await rig.runRecipe()
  expect(rig.unitsOfLastRun()).toBe(0)
  expect(rig.events().length).toBeGreaterThan(before)
})

itDrawn('samples that were set aside are exported, and shown with their reason', async () => {
  const rig = serviceRig()
  await rig.runRecipe()
  const shown = await rig.run('quarantine', 'show', 'jobs/job', '--operator', 'service_mapper')
  expect(shown.stdout.trim().split('\n')).toHaveLength(10)
  expect(
    (await rig.run('quarantine', 'export', 'jobs/job', '--operator', 'service_mapper', '--to', 'aside.jsonl')).stdout,
  ).toMatch(/^10 samples in /)
  expect(JSON.parse(rig.read('aside.jsonl').split('\n')[0])).toEqual({ id: 3, text: 'text number 3' })
  expect((await rig.run('quarantine', 'export', 'jobs/job', '--to', 'aside.jsonl')).code).toBe(2)
})

itDrawn('any checkpoint is a data file in input order, with what its samples were behind that operator', async () => {
  const rig = serviceRig(['service_mapper', { text_length_filter: { min_len: 14 } }, 'document_deduplicator'])
  await rig.runRecipe()
  const list = await rig.run('checkpoint', 'list', 'jobs/job')
  expect(list.stdout).toMatch(/^process\[0\] service_mapper +\d+\/\d+ +91 /m)
  expect(
    (await rig.run('checkpoint', 'export', 'jobs/job', '--after', 'service_mapper', '--to', 'after.jsonl', '--plain'))
      .code,
  ).toBe(0)
  const ids = rig
    .read('after.jsonl')
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { id: number }).id)
  expect(ids).toEqual(Array.from({ length: 101 }, (_, id) => id).filter(id => id % 10 !== 3))
  expect((await rig.run('checkpoint', 'export', 'jobs/job', '--after', '1', '--to', 'after.parquet')).code).toBe(0)
  expect(existsSync(rig.path('after.parquet'))).toBe(true)
  const wrong = await rig.run('checkpoint', 'export', 'jobs/job', '--after', 'text_lenght_filter', '--to', 'x.jsonl')
  expect(wrong.stderr).toMatch(/did you mean "text_length_filter"/)
})

itDrawn('cleaning frees the checkpoints of a complete job, tells how much, and a rerun has nothing to do', async () => {
  const rig = serviceRig()
  await rig.runRecipe()
  const count = () => readdirSync(rig.path('jobs', 'job', 'checkpoints')).length
  const before = count()
  expect(before).toBeGreaterThan(0)
  expect((await rig.run('clean', 'jobs/job', '--dry-run')).stdout).toMatch(/would free \d+ files/)
  expect(count()).toBe(before)
  const output = rig.bytes('out', 'result.jsonl')
  const cleaned = await rig.run('clean', 'jobs/job')
  expect(cleaned).toMatchObject({ code: 0, stderr: '' })
  expect(cleaned.stdout).toMatch(/freed \d+ files/)
  expect(count()).toBe(0)
  expect((await rig.runRecipe()).code).toBe(0)
  expect(rig.unitsOfLastRun()).toBe(0)
  expect(rig.bytes('out', 'result.jsonl').equals(output)).toBe(true)
  expect((await rig.run('clean', '--older-than', '1d', '--work_dir', 'jobs')).stdout).toMatch(/^0 jobs/)
  expect((await rig.run('clean', '--older-than', '0s', '--work_dir', 'jobs')).stdout).toMatch(/1 job, /)
})

itDrawn('cleaning refuses a job that is not complete', async () => {
  const rig = serviceRig(['service_mapper', { text_length_filter: { min_len: 'x' } }])
  rig.recipe({ custom_operator_paths: ['ops.ts'], process: ['service_mapper'], on_error: 'fail' })
  expect((await rig.runRecipe()).code).toBe(1)
  const refused = await rig.run('clean', 'jobs/job')
  expect(refused).toMatchObject({ code: 2 })
  expect(refused.stderr).toMatch(/is failed: its checkpoints are what it goes on from/)
})

import { describe, expect, it } from 'vitest'
import { readShard } from '../../src/config/read-shard.js'
import { shardOf } from '../../src/core/shard.js'
import { drawing } from '../drawn.js'
import { PipelineRig } from '../pipeline/rig.js'
import { type Ended, JobRig } from '../rig-job.js'

const itDrawn = drawing(2)

describe('which share a process has', () => {
  const of = (env: Record<string, string>, mode: 'lease' | 'hash' = 'hash') => readShard(mode, env)

  it('none by lease', () => {
    expect(of({ PAWL_SHARD: '1', PAWL_SHARDS: '4', SLURM_ARRAY_TASK_ID: '3' }, 'lease')).toBeUndefined()
  })

  it.each([
    ['its own variables', { PAWL_SHARD: '3', PAWL_SHARDS: '8', SLURM_ARRAY_TASK_ID: '1' }, { index: 3, count: 8 }],
    ['an array from 0', slurm(2, 0, 4), { index: 2, count: 4 }],
    ['an array from 1, whose first task is shard 0', slurm(1, 1, 4), { index: 0, count: 4 }],
    ['an array of every fifth, from 10', { ...slurm(20, 10, 3), SLURM_ARRAY_TASK_STEP: '5' }, { index: 2, count: 3 }],
    [
      'NeMo Curator’s minimum beside Slurm’s',
      { ...slurm(7, 7, 1), ...curator({ MINIMUM: 0, TOTAL: 9 }) },
      { index: 7, count: 9 },
    ],
    ['NeMo Curator’s index', curator({ INDEX: 6, MINIMUM: 1, TOTAL: 8 }), { index: 5, count: 8 }],
  ])('by %s', (_, env, shard) => {
    expect(of(env)).toEqual(shard)
  })

  it('by hash where NeMo Curator’s arrays are switched on', () => {
    expect(of({ ...curator({ INDEX: 1, TOTAL: 2 }), NEMO_CURATOR_SLURM_ARRAY_ENABLED: 'true' }, 'lease')).toEqual({
      index: 1,
      count: 2,
    })
  })

  it.each([
    [{}, 'set PAWL_SHARD (from 0) and PAWL_SHARDS'],
    [{ PAWL_SHARD: '1' }, 'PAWL_SHARD is set and PAWL_SHARDS is not'],
    [{ PAWL_SHARD: '4', PAWL_SHARDS: '4' }, 'shard index 4 is not one of the 4 shards, which are 0 to 3'],
    [{ PAWL_SHARD: '-1', PAWL_SHARDS: '4' }, 'PAWL_SHARD=-1 is no whole number'],
    [{ PAWL_SHARD: '0', PAWL_SHARDS: '0' }, 'there is at least one'],
    [{ PAWL_SHARD: 'two', PAWL_SHARDS: '4' }, 'PAWL_SHARD=two is no whole number'],
    // Only two tasks of an array of eight were submitted again.
    [slurm(5, 2, 2), 'shard index 3 is not one of the 2 shards'],
    [{ ...slurm(13, 10, 3), SLURM_ARRAY_TASK_STEP: '5' }, 'is not one of the 3 shards'],
  ])('refused where that makes no sense: %j', (env, message) => {
    expect(() => of(env)).toThrow(message)
  })

  it('is that of a stable hash, evenly', () => {
    const counts = Array.from({ length: 8 }, () => 0)
    for (let n = 0; n < 8_000; n++) counts[shardOf(`unit-${n}`, 8)]++
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
    expect(shardOf('data-0123456789ab', 1_000)).toBe(498)
  })
})

function slurm(task: number, least: number, count: number): Record<string, string> {
  return {
    SLURM_ARRAY_TASK_ID: String(task),
    SLURM_ARRAY_TASK_MIN: String(least),
    SLURM_ARRAY_TASK_COUNT: String(count),
  }
}

function curator({
  INDEX,
  MINIMUM,
  TOTAL,
}: {
  INDEX?: number
  MINIMUM?: number
  TOTAL: number
}): Record<string, string> {
  return {
    ...(INDEX === undefined ? {} : { NEMO_CURATOR_SLURM_ARRAY_SHARD_INDEX: String(INDEX) }),
    ...(MINIMUM === undefined ? {} : { NEMO_CURATOR_SLURM_ARRAY_MINIMUM_SHARD_INDEX: String(MINIMUM) }),
    NEMO_CURATOR_SLURM_ARRAY_TOTAL_SHARDS: String(TOTAL),
  }
}

const envOf = (shard: number, shards: number) => ({
  ...process.env,
  PAWL_SHARD: String(shard),
  PAWL_SHARDS: String(shards),
})

describe('a job in shards', () => {
  const lines = (file: number) =>
    Array.from({ length: 10 }, (_, n) => ({ id: `${file}-${n}`, text: `sample ${n % 7} of file ${file % 3}` }))

  function makeRig(process: readonly unknown[]): JobRig {
    const rig = new JobRig()
    for (let file = 0; file < 12; file++) rig.writeLines(`data/${file}.jsonl`, lines(file))
    const partition = { mode: 'manual', num_of_partitions: 12 }
    rig.recipe({ np: 1, partition, process, shard: 'hash' })
    rig.recipe({ np: 1, partition, process, export_path: 'out/alone.jsonl', job_id: 'alone' }, 'alone.yaml')
    return rig
  }

  const runShard = (rig: JobRig, shard: number, shards = 3): Promise<Ended> =>
    rig.startWith(envOf(shard, shards), 'run', '--config', 'recipe.yaml').ended

  itDrawn('without a barrier: each does its share alone, and the last one exports', async () => {
    const rig = makeRig(['clean_email_mapper', { text_length_filter: { min_len: 5 } }])
    const first = await runShard(rig, 0)
    expect([first.code, first.stderr]).toEqual([
      75,
      expect.stringMatching(/shard 0 of 3 is done as far as it goes: \d+ parts of 2 shards \(1, 2\) are missing/),
    ])
    const again = await runShard(rig, 0)
    expect(again.code).toBe(75)
    expect(rig.unitsOfLastRun()).toBe(0)
    expect((await runShard(rig, 2)).code).toBe(75)
    expect((await runShard(rig, 1)).code).toBe(0)
    expect(rig.events().filter(({ event_type }) => event_type === 'partition_start')).toHaveLength(12)
    expect((await rig.run('run', '--config', 'alone.yaml')).code).toBe(0)
    expect(rig.read('out/result.jsonl')).toBe(rig.read('out/alone.jsonl'))
  })

  itDrawn(
    'with a barrier: it ends there with 75 where other shards are missing, and a finishing task does the rest',
    async () => {
      const rig = makeRig(['document_deduplicator', { text_length_filter: { min_len: 5 } }])
      expect((await runShard(rig, 1)).code).toBe(75)
      const [second, third] = await Promise.all([runShard(rig, 0), runShard(rig, 2)])
      expect([75, 0]).toContain(second.code)
      expect([75, 0]).toContain(third.code)
      expect((await rig.run('run', '--config', 'recipe.yaml', '--shard', 'lease')).code).toBe(0)
      expect((await rig.run('run', '--config', 'alone.yaml')).code).toBe(0)
      expect(rig.read('out/result.jsonl')).toBe(rig.read('out/alone.jsonl'))
    },
  )

  itDrawn('another number of shards is refused with both, until what is to be done is another', async () => {
    const rig = makeRig(['clean_email_mapper'])
    expect((await runShard(rig, 0, 4)).code).toBe(75)
    const other = await runShard(rig, 0, 3)
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringMatching(/is divided into 4 shards, and this process is one of 3: set PAWL_SHARDS=4/),
    ])
    const beyond = await runShard(rig, 4, 4)
    expect([beyond.code, beyond.stderr]).toEqual([2, expect.stringContaining('0 to 3')])
    rig.recipe({ np: 1, process: ['clean_links_mapper'], shard: 'hash' })
    expect((await runShard(rig, 0, 1)).code).toBe(0)
  })

  itDrawn('a file that is read in pieces belongs to one shard, and is brought as far as it goes by it', async () => {
    const rig = makeRig([{ text_length_filter: { min_len: 5 } }])
    const { gzipSync } = await import('node:zlib')
    const rows = Array.from({ length: 3000 }, (_, n) => JSON.stringify({ id: n, text: `${n} `.repeat(100) }))
    for (const name of ['x', 'y', 'z']) rig.write(`data/${name}.jsonl.gz`, gzipSync(`${rows.join('\n')}\n`))
    const codes = []
    for (const shard of [0, 1, 2]) codes.push((await runShard(rig, shard)).code)
    expect(codes).toEqual([75, 75, 0])
    expect((await rig.run('run', '--config', 'alone.yaml')).code).toBe(0)
    expect(rig.read('out/result.jsonl')).toBe(rig.read('out/alone.jsonl'))
  })
})

itDrawn('a pipeline in shards: each does its sources, and the last one finds all complete', async () => {
  const rig = new PipelineRig()
  for (let file = 0; file < 9; file++) rig.writeDocuments(`input/${file}.jsonl`, 3)
  rig.write(
    'run.mjs',
    `
import { JsonlReader, JsonlWriter, Pipeline } from 'pawl'
const outcome = await new Pipeline({ name: 'shards' })
  .addStage(new JsonlReader({ filePaths: 'input' }))
  .addStage(new JsonlWriter({ path: 'output' }))
  .run({ checkpointPath: 'state', workers: 1, shard: 'hash' })
console.log(outcome.complete)`,
  )
  const run = (shard: number) => rig.start('run.mjs', { env: envOf(shard, 3) }).ended
  const first = await run(0)
  expect([first.code, first.stderr]).toEqual([1, expect.stringMatching(/JobLeft: shard 0 of 3 is done .* are missing/)])
  const own = Object.keys(rig.read('output')).length
  expect(own).toBeGreaterThan(0)
  expect(own).toBeLessThan(9)
  await run(1)
  const last = await run(2)
  expect([last.code, last.stdout]).toEqual([0, '9\n'])
  expect(Object.keys(rig.read('output'))).toHaveLength(9)
})

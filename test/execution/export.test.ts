import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { drawing, oneOf } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(2)

const records = Array.from({ length: 200 }, (_, id) => ({
  id,
  text: `a text of some length, number ${id % 150}`,
  big: 1,
}))
const process = [
  'clean_email_mapper',
  { text_length_filter: { min_len: 5 } },
  'document_deduplicator',
  'alphanumeric_filter',
]

async function makeFinished(
  storage: Readonly<Record<string, unknown>> = {},
): Promise<{ rig: JobRig; exported: string }> {
  const rig = new JobRig()
  rig.writeLines('data/a.jsonl', records)
  rig.recipe({ process, partition: { mode: 'manual', num_of_partitions: 4 }, intermediate_storage: storage })
  expect((await rig.runRecipe()).code).toBe(0)
  return { rig, exported: rig.read('out', 'result.jsonl') }
}

describe.each(['keep_all', 'keep_failed_only', 'cleanup_all'])(
  'the export of a finished job under %s',
  retention_policy => {
    const harm: readonly (readonly [string, (path: string) => void])[] = [
      ['deleted', path => rmSync(path)],
      ['truncated', path => truncateSync(path, 100)],
      ['edited', path => writeFileSync(path, readFileSync(path, 'utf8').replace('some', 'same'))],
    ]
    it.each(oneOf(3, harm, retention_policy.length))('that was %s is noticed and restored', async (_, damage) => {
      const { rig, exported } = await makeFinished({ retention_policy })
      damage(rig.path('out', 'result.jsonl'))
      expect((await rig.runRecipe()).code).toBe(0)
      expect(rig.read('out', 'result.jsonl')).toBe(exported)
      if (retention_policy === 'keep_all') expect(rig.unitsOfLastRun()).toBe(0)
    })

    itDrawn('keeps of the checkpoints what the policy says', async () => {
      const { rig } = await makeFinished({ retention_policy })
      const kept = readdirSync(rig.path('jobs', 'job', 'checkpoints')).filter(name => !name.endsWith('.verdict'))
      expect(kept.length > 0).toBe(retention_policy === 'keep_all')
      expect((await rig.runRecipe()).stdout).toContain('nothing to do')
    })
  },
)

describe('an export', () => {
  itDrawn('never overwrites what another program or job wrote, unless told to, and then moves it aside', async () => {
    const rig = new JobRig()
    rig.writeLines('data/a.jsonl', records)
    rig.write('out/result.jsonl', 'precious\n')
    rig.recipe({ process })
    const refused = await rig.runRecipe()
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('was not written by the job')
    expect(rig.read('out', 'result.jsonl')).toBe('precious\n')
    expect(existsSync(rig.path('jobs', 'job'))).toBe(false)
    expect((await rig.runRecipe('--overwrite', 'true')).code).toBe(0)
    const aside = readdirSync(rig.path('out')).find(name => name.includes('set-aside')) as string
    expect(rig.read('out', aside)).toBe('precious\n')
  })

  itDrawn('keeps an edited file aside when it restores its own', async () => {
    const { rig } = await makeFinished()
    writeFileSync(rig.path('out', 'result.jsonl'), 'my notes\n')
    expect((await rig.runRecipe()).stderr).toContain('was moved to')
    const aside = readdirSync(rig.path('out')).find(name => name.includes('set-aside')) as string
    expect(rig.read('out', aside)).toBe('my notes\n')
  })

  itDrawn('is refused where the input is', async () => {
    const rig = new JobRig()
    rig.writeLines('data/a.jsonl', records)
    rig.recipe({ process })
    for (const settings of [
      ['--export_path', 'data/a.jsonl'],
      ['--export_path', 'data/b.jsonl'],
      ['--work_dir', 'data'],
    ]) {
      const refused = await rig.runRecipe(...settings)
      expect(refused.code).toBe(2)
      expect(refused.stderr).toMatch(/is also an input|lies in the input/)
    }
    expect(readdirSync(rig.path('data'))).toEqual(['a.jsonl'])
  })

  itDrawn(
    'to shards gives the same rows in the same order, whatever the number of partitions and workers',
    async () => {
      const shardsOf = async (...settings: string[]) => {
        const rig = new JobRig()
        rig.writeLines('data/a.jsonl', records)
        rig.recipe({ process, export_shard_size: 2000 })
        expect((await rig.runRecipe('--partition.mode', 'manual', ...settings)).code).toBe(0)
        const names = readdirSync(rig.path('out', 'result')).sort()
        return names.map(name => [name, rig.read('out', 'result', name)])
      }
      const one = await shardsOf('--partition.num_of_partitions', '1', '--np', '1')
      expect(one.length).toBeGreaterThan(3)
      expect(one[0][0]).toMatch(/^result-00000-of-0000\d\.jsonl$/)
      expect(await shardsOf('--partition.num_of_partitions', '7', '--np', '2')).toEqual(one)
    },
  )

  itDrawn(
    'keeps statistics and hashes on request, and changing that redoes no operator that does not need it',
    async () => {
      const { rig } = await makeFinished()
      expect((await rig.runRecipe('--keep_stats_in_res_ds', 'true')).code).toBe(0)
      expect(rig.unitsOfLastRun()).toBe(0)
      expect(rig.exportedRows()[0]).toMatchObject({ __dj__stats__: { text_len: 31, alnum_ratio: expect.any(Number) } })
      const hashed = new JobRig()
      hashed.writeLines('data/a.jsonl', records)
      hashed.recipe({ process, keep_hashes_in_res_ds: true })
      expect((await hashed.runRecipe()).code).toBe(0)
      expect(hashed.exportedRows()[0]).toMatchObject({ __dj__hash: expect.stringMatching(/^[0-9a-f]{32}$/) })
    },
  )

  it.each(oneOf(6, ['jsonl.gz', 'jsonl.zst', 'parquet', 'arrow', 'csv', 'json']))(
    'as %s holds the same samples',
    async suffix => {
      const { exported } = await makeFinished()
      const rig = new JobRig()
      rig.writeLines('data/a.jsonl', records)
      rig.recipe({ process, export_path: `out/result.${suffix}` })
      expect((await rig.runRecipe()).code).toBe(0)
      rig.recipe({
        process: [],
        dataset_path: `out/result.${suffix}`,
        export_path: 'back/result.jsonl',
        job_id: 'back',
      })
      expect((await rig.runRecipe()).code).toBe(0)
      const back = rig
        .read('back', 'result.jsonl')
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line) as unknown)
      expect(back).toEqual(
        exported
          .trimEnd()
          .split('\n')
          .map(line => JSON.parse(line) as unknown),
      )
    },
  )
})

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Lab } from '../safety/lab.js'

describe('the format of a job directory', () => {
  it('of another version is refused with the version that can finish it, and nothing is changed', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['a text'])
    await lab.run({})
    writeFileSync(lab.path('jobs/job/metadata/format'), '7 (Pawl 3.2.1)\n')
    const before = lab.manifest('jobs')
    const { error } = await lab.run({})
    expect(error?.message).toMatch(
      /begun by Pawl 3\.2\.1 and has format 7, .*npx pawl@3\.2\.1 resume .*nothing was changed/,
    )
    expect(lab.manifest('jobs')).toEqual(before)
  })

  it('of version 0.1, which wrote none, is known by its ledger', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['a text'])
    // What version 0.1 left when it was killed while its first partitions ran.
    mkdirSync(lab.path('jobs/job/metadata/ledger'), { recursive: true })
    lab.write('jobs/job/metadata/ledger/host-17-0badcafe.mdb', Buffer.alloc(16_384))
    lab.write('jobs/job/metadata/ledger/host-17-0badcafe.mdb-lock', Buffer.alloc(64))
    lab.write('jobs/job/metadata/coordinator.1.lock', '{"host":"host","pid":17,"started":"x"}')
    lab.write('jobs/job/metadata/recipe.json', '{"facts":{},"given":{},"cwd":"/"}')
    lab.write('jobs/job/job_summary.json', '{"job_id":"job","status":"running"}')
    const before = lab.manifest('jobs')
    const { error } = await lab.run({})
    expect(error?.message).toContain('begun by Pawl 0.1.0 and has format 1')
    expect(lab.manifest('jobs')).toEqual(before)
  })

  it('that was lost or damaged is written again, as the ledger says it, too', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['a text'])
    await lab.run({})
    const path = lab.path('jobs/job/metadata/format')
    const text = readFileSync(path, 'utf8')
    for (const harm of [() => rmSync(path), () => writeFileSync(path, ''), () => writeFileSync(path, '2 (Pa')]) {
      harm()
      const { error, units } = await lab.run({})
      expect(error).toBeUndefined()
      expect(units).toBe(0)
      expect(existsSync(path) && readFileSync(path, 'utf8')).toBe(text)
    }
  })

  it('4 is gone on with: what it pinned and committed is taken as it is', async () => {
    // Three partitions, killed once all of them had their first checkpoint, and signatures for the deduplicator.
    const lab = new Lab()
    const text = readFileSync(join(import.meta.dirname, 'fixtures/format-4.json'), 'utf8')
    for (const [name, content] of Object.entries(JSON.parse(text) as Record<string, string | { base64: string }>))
      lab.write(name, typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'))
    const recipe = {
      roots: { share: lab.folder },
      partition: { mode: 'manual', num_of_partitions: 3 },
      intermediate_storage: { format: 'jsonl', compression: 'none' },
      checkpoint: { strategy: 'every_op' },
      process: [
        { text_length_filter: { min_len: 3 } },
        'document_deduplicator',
        { text_length_filter: { min_len: 4 } },
      ],
    }
    const old = lab.manifest('jobs/job', name => /input_manifest|checkpoints\/.*op1/.test(name))
    const keys = readdirSync(lab.path('jobs/job/checkpoints')).map(name => name.split('.')[0])
    const { error, warnings, start, events } = await lab.run(recipe)
    expect([error, warnings]).toEqual([undefined, []])
    expect(start).toContain('3 partitions go on from the checkpoint after process[0] text_length_filter')
    const units = events.flatMap(event => (event.event_type === 'partition_start' ? event.from_op : []))
    expect(units).not.toContain(0)
    expect(lab.read('jobs/job/metadata/format')).toMatch(/^5 /)
    expect(lab.read('jobs/job/partitions/cut.jsonl')).toContain(`["partition","${keys[0]}"`)
    expect(existsSync(lab.path('jobs/job/partitions/cut.json'))).toBe(false)
    // All else that that build wrote stays; that its files are here at other times is said, and was no reason to do anything anew.
    expect(lab.manifest('jobs/job', name => name in old)).toEqual(old)
    const again = await lab.run(recipe)
    expect([again.error, again.units, again.start]).toEqual([undefined, 0, expect.stringContaining('nothing changed')])
  })
})

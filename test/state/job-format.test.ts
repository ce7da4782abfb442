import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
})

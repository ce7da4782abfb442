import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeLine, readSegment } from '../../src/state/segment.js'
import { checkHistory } from './history-checker.js'
import { Rig, scenarios } from './rig.js'

describe('the checker of histories', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = new Rig(scenarios['barrier'])
    rig.reset()
    expect((await rig.run()).code).toBe(0)
  })
  afterAll(() => rig.remove())

  it('finds nothing in a run that nothing happened to', () => {
    expect(checkHistory(rig)).toEqual([])
  })

  it('finds a fence of two, two attempts that counted, and a sample in two places', () => {
    const ledger = join(rig.jobDir, 'metadata', 'ledger')
    const [name] = readdirSync(ledger)
    const contents = [...readSegment(join(ledger, name))].flatMap(line => (line.kind === 'line' ? [line.content] : []))
    const header = contents.find(content => 'pawl' in content)
    const records = contents.flatMap(content => ('seq' in content ? (content.put ?? []) : []))
    const point = records.find(({ kind }) => kind === 'point')
    const done = records.find(({ kind }) => kind === 'export')
    if (header === undefined || point?.kind !== 'point' || done?.kind !== 'export')
      throw new Error('the ledger holds no header, point and export')
    const again = { ...done, quarantined: done.quarantined + 1 }
    const other = {
      ...point,
      file: { ...point.file, path: point.file.path.replace(/\.[0-9a-f]{8}(?=\.[^/]*$)/, '.00c0ffee') },
    }
    const lines = [
      encodeLine(0, { ...header, writer: 'another-1-00000000' }),
      encodeLine(1, { seq: 999, put: [other, again] }),
    ]
    writeFileSync(join(ledger, 'another-1-00000000.segment'), Buffer.concat(lines))
    const result = join(rig.folder, 'out', 'result.jsonl')
    const [first] = readFileSync(result, 'utf8').split('\n')
    appendFileSync(result, `${first}\n`)
    const problems = checkHistory(rig).join('\n')
    expect(problems).toMatch(/^fence \d+ was held by another-1-00000000 and \S+$/m)
    expect(problems).toMatch(/^point\/\S+: attempts 00c0ffee and \S+ counted$/m)
    expect(problems).toMatch(/^\d+-\d+ was exported twice$/m)
  })
})

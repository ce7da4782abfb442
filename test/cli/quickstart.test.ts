import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, JobRig } from '../rig-job.js'

const linesOf = (text: string) => text.split('\n').filter(line => line !== '')
const shipped = resolve('examples')
const inputLines = readdirSync(resolve(shipped, 'quickstart'))
  .sort()
  .flatMap(name => linesOf(readFileSync(resolve(shipped, 'quickstart', name), 'utf8')))

const idOf = (line: string) => /"id": ?"(canal-[^"]*)"/.exec(line)?.[1]
const textOf = (line: string) => (JSON.parse(line) as { text: string }).text
const withoutText = (line: string) => line.replace(/"text": ?"(?:[^"\\]|\\.)*"/, '')

/** The rows of the table that a run ends with: samples in, changed, dropped and quarantined by operator. */
function tableOf(stdout: string): Map<string, readonly number[]> {
  const rows = [...stdout.matchAll(/^(\w+_(?:mapper|filter|deduplicator)) +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+) /gm)]
  return new Map(rows.map(([, name, ...counts]) => [name, counts.map(count => Number(count.replaceAll(',', '')))]))
}

const command = ['run', '--config', 'examples/quickstart.yaml'] as const

describe('the quickstart', () => {
  let rig: JobRig
  let first: Ended
  let output: string

  // Each looks at the same run, and the last one runs it again.
  beforeAll(async () => {
    rig = new JobRig(afterAll)
    cpSync(shipped, rig.path('examples'), { recursive: true })
    first = await rig.run(...command)
    output = rig.read('outputs', 'quickstart', 'curated.jsonl')
  })

  it('ends with a table of what each operator did, true to the rows', () => {
    expect(first).toMatchObject({ code: 0, stderr: '' })
    const table = tableOf(first.stdout)
    expect(table.size).toBe(11)
    let left = inputLines.length - 2
    for (const [name, [samplesIn, changed, dropped, quarantined]] of table) {
      expect([name, samplesIn, quarantined]).toEqual([name, left, 0])
      expect(changed > 0, `${name} changed ${changed}`).toBe(name.endsWith('_mapper'))
      if (name.endsWith('_mapper')) expect(dropped).toBe(0)
      else expect(dropped).toBeGreaterThan(0)
      left -= dropped
    }
    expect(linesOf(output)).toHaveLength(left)
    expect(left).toBeGreaterThan(inputLines.length / 2)
    expect(first.stdout).toMatch(/^quarantined +2 /m)
    expect(first.stdout).toContain(rig.path('outputs', 'quickstart', 'curated.jsonl'))
  })

  it('leaves samples that no operator changed byte for byte, in the order of the input', () => {
    const before = new Map(inputLines.map(line => [idOf(line), line]))
    const ids = inputLines.map(idOf)
    const keptIds = linesOf(output).map(idOf)
    const kept = new Set(keptIds)
    expect(keptIds).toEqual(ids.filter(id => kept.has(id)))
    let untouched = 0
    for (const line of linesOf(output)) {
      const source = before.get(idOf(line)) as string
      if (textOf(line) === textOf(source)) {
        expect(line).toBe(source)
        untouched++
      } else expect(withoutText(line)).toBe(withoutText(source))
    }
    expect(untouched).toBeGreaterThan(500)
    expect(untouched).toBeLessThan(kept.size)
  })

  it('keeps no duplicate, link or address', () => {
    const texts = linesOf(output).map(textOf)
    expect(new Set(texts.map(text => text.toLowerCase().trim())).size).toBe(texts.length)
    for (const text of texts) expect(text).not.toMatch(/https?:|@example|\u00a0/)
  })

  it('puts the malformed lines in quarantine with their places', () => {
    const entries = linesOf(rig.read('outputs', 'quickstart', 'quarantine', 'quarantine.jsonl')).map(line =>
      JSON.parse(line),
    )
    expect(entries).toMatchObject([
      { code: 'not_json', file: rig.path('examples', 'quickstart', 'part-02.jsonl'), line: 401 },
      { code: 'not_json', file: rig.path('examples', 'quickstart', 'part-03.jsonl'), line: 401 },
    ])
    for (const { file, line, sample } of entries) expect(readFileSync(file, 'utf8').split('\n')[line - 1]).toBe(sample)
  })

  it('finds nothing to do when it is run again', async () => {
    const second = await rig.run(...command)
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(second.stdout).toContain('Resuming quickstart: nothing changed; all 8 partitions are complete')
    expect(second.stdout).toContain('nothing to do: the job was complete')
    expect([...tableOf(second.stdout)]).toEqual([...tableOf(first.stdout)])
    expect(rig.read('outputs', 'quickstart', 'curated.jsonl')).toBe(output)
  })
})

describe('the data of the quickstart', () => {
  it('is what its script writes', () => {
    const rig = new JobRig()
    for (const name of ['make-quickstart.mjs', 'quickstart-sentences.mjs'])
      cpSync(resolve('scripts', name), rig.path('scripts', name))
    expect(spawnSync(process.execPath, [rig.path('scripts', 'make-quickstart.mjs')]).status).toBe(0)
    for (const name of readdirSync(resolve(shipped, 'quickstart'))) {
      const written = rig.read('examples', 'quickstart', name)
      expect([name, written === readFileSync(resolve(shipped, 'quickstart', name), 'utf8')]).toEqual([name, true])
    }
  })
})

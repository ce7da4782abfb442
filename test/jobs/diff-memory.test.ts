import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExportedFile } from '../../src/core/records.js'
import { type Compared, compareDocuments } from '../../src/inspect/compare-documents.js'
import { Firsts } from '../../src/inspect/firsts.js'
import { PipelineRig, pawl } from '../pipeline/rig.js'

const { JsonlReader, JsonlWriter, OperatorStage, Pipeline } = pawl

type Row = { readonly id?: string; readonly text: string }

function fileOf(rig: PipelineRig, name: string, rows: readonly Row[]): ExportedFile {
  const text = rows.map(row => `${JSON.stringify(row)}\n`).join('')
  const path = rig.write(name, text)
  return { path, staged: '', sizeBytes: Buffer.byteLength(text), checksum: '', rows: rows.length }
}

async function compare(files: readonly [ExportedFile, ExportedFile], memoryBytes: number): Promise<string[]> {
  const found: string[] = []
  const [mine, theirs] = files
  for await (const one of compareDocuments([mine], [theirs], { key: 'id', memoryBytes })) found.push(describeOne(one))
  return found.sort()
}

function describeOne(one: Compared): string {
  return JSON.stringify(one)
}

const rows = fc.array(
  fc.record(
    {
      id: fc.constantFrom('a', 'b', 'c', 'd\u2028', 'é', '☺'),
      text: fc.constantFrom('', 'x', 'y\n', '\u2028', '\ud83d\ude00'),
    },
    { requiredKeys: ['text'] },
  ),
  { maxLength: 30 },
)

describe('documents of two files', () => {
  it('are compared alike in memory and through any number of buckets, and every one of them once', async () => {
    const rig = new PipelineRig()
    await fc.assert(
      fc.asyncProperty(rows, rows, async (mine, theirs) => {
        const files = [fileOf(rig, 'a.jsonl', mine), fileOf(rig, 'b.jsonl', theirs)] as const
        const inMemory = await compare(files, 1 << 28)
        expect(await compare(files, 1)).toEqual(inMemory)
        expect(await compare(files, 2_000)).toEqual(inMemory)
        const kinds = inMemory.map(text => (JSON.parse(text) as Compared).kind)
        const count = (...of: Compared['kind'][]) => kinds.filter(kind => of.includes(kind)).length
        expect(count('same', 'changed', 'only_in_a')).toBe(mine.length)
        expect(count('same', 'changed', 'only_in_b')).toBe(theirs.length)
        const texts = theirs.map(row => JSON.stringify(row))
        const same = mine.filter(row => texts.splice(texts.indexOf(JSON.stringify(row)) >>> 0, 1).length > 0)
        expect(count('same')).toBe(same.length)
      }),
      { numRuns: 40 },
    )
  })

  it('differ in numbers that JavaScript takes for the same, and may hold those that JSON has not', async () => {
    const rig = new PipelineRig()
    const exactly = (name: string, ...texts: readonly string[]): ExportedFile => {
      const path = rig.write(name, texts.map(text => `${text}\n`).join(''))
      return { path, staged: '', sizeBytes: 1, checksum: '', rows: texts.length }
    }
    const mine = exactly(
      'a.jsonl',
      '{"id": 12345678901234567890, "text": "1234567890123456789012"}',
      '{"id": 2, "n": 12345678901234567890}',
      '{"id": 3, "n": NaN}',
    )
    const theirs = exactly(
      'b.jsonl',
      '{"id": 12345678901234567891, "text": "1234567890123456789012"}',
      '{"id": 2, "n": 12345678901234567891}',
      '{"id":3,"n":NaN}',
    )
    expect(await compare([mine, theirs], 1)).toEqual([
      expect.stringContaining('"kind":"changed"'),
      expect.stringContaining('"kind":"only_in_a"'),
      expect.stringContaining('"kind":"only_in_b"'),
      '{"kind":"same"}',
    ])
  })

  it('need no more memory than there is, however many there are', async () => {
    const rig = new PipelineRig()
    const text = 'word '.repeat(80)
    rig.write(
      'input/a.jsonl',
      Array.from({ length: 100_000 }, (_, id) => `${JSON.stringify({ id, text: text + id })}\n`).join(''),
    )
    for (const [name, min_len] of [
      ['one', 1],
      ['two', 405],
    ] as const)
      await new Pipeline({ name })
        .addStage(new JsonlReader({ filePaths: rig.path('input') }))
        .addStage(new OperatorStage('text_length_filter', { min_len }))
        .addStage(new JsonlWriter({ path: rig.path(`output-${name}`) }))
        .run({ checkpointPath: rig.path(name), workers: 1 })
    const main = resolve('dist/cli/main.js')
    // Both files together are larger than the heap, and their documents as objects several times so.
    const args = ['--max-old-space-size=64', main, 'diff', 'one', 'two', '--explain', '0', '--examples', '1', '--json']
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: rig.folder, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ same: 90_000, changed: 0, onlyInA: 10_000, onlyInB: 0, explained: 0 })
  })
})

it('the first of many things are kept, in whatever order they come', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1_000), { maxLength: 300 }), fc.nat(20), (places, most) => {
      const firsts = new Firsts<string>(most)
      for (const place of places) firsts.add(place, `${place}`)
      const wanted = places.toSorted((a, b) => a - b).slice(0, most)
      expect(firsts.entries()).toEqual(wanted.map(place => [place, `${place}`]))
    }),
  )
})

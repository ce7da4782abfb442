import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { DatasetCut, InputFile, Partition } from '../../src/core/partition.js'
import type { Cut, Slice, SliceReading } from '../../src/core/slice.js'
import { readPinnedCut, writePinnedCut } from '../../src/execution/coordinator/dataset/pinned-cut.js'
import { cutOfLines, linesOfCut } from '../../src/state/cut-lines.js'
import { JobDirectory } from '../../src/state/job-directory.js'
import { Roots } from '../../src/util/roots.js'
import { newWriter } from '../../src/util/staging.js'

const same = (path: string) => path
const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('a"b', 'a\nb', 'ä ö', '\u2028', '\ud800', '\\', "it's", 'root:data', '日本'),
)
const path = fc
  .array(
    name.map(text => text.replaceAll('/', '_')),
    { minLength: 1, maxLength: 4 },
  )
  .map(parts => `/${parts.join('/')}`)
const format = fc.constantFrom<InputFile['format']>('jsonl', 'json', 'csv', 'tsv', 'parquet', 'arrow', 'text')
const compression = fc.constantFrom<InputFile['compression']>('none', 'gzip', 'zstd')
const file: fc.Arbitrary<InputFile> = fc.record({
  path,
  format,
  compression,
  sizeBytes: fc.nat({ max: 2 ** 40 }),
  stamp: fc.string(),
  share: fc.constantFrom(1, 0.5, 1 / 3),
})
const range = fc.record({ start: fc.nat(), end: fc.nat() })
const cutOfFile: fc.Arbitrary<Cut> = fc.oneof(
  fc.constant({ kind: 'whole' } as const),
  range.map(each => ({ kind: 'bytes', ...each }) as const),
  range.map(each => ({ kind: 'groups', ...each }) as const),
)
const reading: fc.Arbitrary<SliceReading> = fc.oneof(
  fc.record({ numbers: fc.array(fc.string()), misfits: fc.constantFrom('text', 'quarantine') }),
  fc.record({ texts: fc.array(fc.string()) }),
  fc.record({ constants: fc.array(fc.tuple(fc.string(), fc.string())) }),
)

/** Slices of some files, in any order, some of another format than their file has by now. */
const partitionsOf = (files: readonly InputFile[]): fc.Arbitrary<Partition[]> =>
  fc.array(
    fc.record({
      key: fc.string(),
      kind: fc.constantFrom('plain', 'pieces'),
      estimatedBytes: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
      slices: fc.array(
        fc.tuple(fc.nat(), cutOfFile, fc.option(reading), fc.option(format)).map(([at, cut, told, other]): Slice => {
          const { path, format, compression } = files[at % files.length]
          const slice = { path, format: other ?? format, compression, cut }
          return told === null ? slice : { ...slice, reading: told }
        }),
        { maxLength: 5 },
      ),
    }),
    { maxLength: 5 },
  )

const someCut: fc.Arbitrary<DatasetCut> = fc
  .uniqueArray(file, { selector: each => each.path, minLength: 1, maxLength: 12 })
  .chain(files =>
    fc.record({
      files: fc.constant(files),
      partitions: partitionsOf(files),
      partitionBytes: fc.nat(),
      reasons: fc.array(fc.string()),
      columns: fc.constant({ declared: [], numbers: ['n'], seen: [{ name: 'text', type: 'text' as const }] }),
    }),
  )

function makeDirectory(roots: Roots): JobDirectory {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-cut-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const directory = new JobDirectory(join(folder, 'job'), roots)
  directory.make()
  return directory
}

describe('a pinned cut', () => {
  it('comes back as it was, whatever its files are called', () => {
    const directory = makeDirectory(Roots.none)
    fc.assert(
      fc.property(someCut, fc.string(), (cut, settings) => {
        const revision = writePinnedCut(directory, { settings, cut }, newWriter())
        expect(readPinnedCut(directory)).toEqual({ kind: 'read', content: { settings, cut, revision } })
      }),
    )
  })

  it('is the same file on hosts that have its folders elsewhere, and names files as they are there', () => {
    const there = (cut: DatasetCut, from: string, to: string): DatasetCut => {
      const move = <T extends { readonly path: string }>(each: T): T => ({
        ...each,
        path: to + each.path.slice(from.length),
      })
      const partitions = cut.partitions.map(each => ({ ...each, slices: each.slices.map(move) }))
      return { ...cut, files: cut.files.map(move), partitions }
    }
    const one = makeDirectory(Roots.named({ data: '/mnt/one' }))
    const two = makeDirectory(Roots.named({ data: '/srv/two' }))
    fc.assert(
      fc.property(someCut, cut => {
        const here = there(cut, '', '/mnt/one')
        const revision = writePinnedCut(one, { settings: '', cut: here }, newWriter())
        expect(writePinnedCut(two, { settings: '', cut: there(cut, '', '/srv/two') }, newWriter())).toBe(revision)
        expect(readPinnedCut(one)).toEqual({ kind: 'read', content: { settings: '', cut: here, revision } })
      }),
    )
  })

  it('names a folder once, and has no line that grows with its files', () => {
    const files = Array.from({ length: 5000 }, (_, n) => ({
      path: `/a/folder/of/files/part-${n}.jsonl`,
      ...({ format: 'jsonl', compression: 'none', sizeBytes: 50, stamp: `50-${n}`, share: 1 } as const),
    }))
    const slices = files.map(({ path, format, compression, sizeBytes }) => {
      return { path, format, compression, cut: { kind: 'bytes', start: 0, end: sizeBytes } as const }
    })
    const partition = { key: 'all', slices, estimatedBytes: 250_000, kind: 'plain' } as const
    const cut: DatasetCut = { files, partitions: [partition], partitionBytes: 1_000_000, reasons: [] }
    const lines = [...linesOfCut({ settings: '', cut }, same)]
    expect(lines.filter(line => line.includes('/a/folder'))).toHaveLength(1)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThan(30_000)
    expect(lines.join('').length / files.length).toBeLessThan(70)
    expect(cutOfLines(lines, same)).toEqual({ settings: '', cut })
  })

  it('of a form that this build does not know is none', () => {
    expect(cutOfLines(['{"pawl":"cut","form":2}'], same)).toBeUndefined()
    expect(cutOfLines(['["kind","jsonl","none",1]'], same)).toBeUndefined()
    expect(cutOfLines([], same)).toBeUndefined()
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DatasetCut } from '../../src/core/partition.js'
import { cutDataset } from '../../src/planning/cut-dataset.js'
import type { SurveyedFile } from '../../src/planning/cut-file.js'

const lineBytes = 10
/** Files whose lines are all ten bytes long. */
const align = (_: string, offset: number, size: number) => Math.min(size, Math.ceil(offset / lineBytes) * lineBytes)

function jsonl(path: string, lines: number, stamp = '1'): SurveyedFile {
  const sizeBytes = lines * lineBytes
  return {
    file: { path, format: 'jsonl', compression: 'none', sizeBytes, stamp, share: 1 },
    survey: { kind: 'bytes', sizeBytes },
  }
}

function packed(path: string, sizeBytes: number): SurveyedFile {
  return {
    file: { path, format: 'jsonl', compression: 'gzip', sizeBytes, stamp: '1', share: 1 },
    survey: { kind: 'whole', sizeBytes },
  }
}

const cut = (
  files: readonly SurveyedFile[],
  partitionBytes: number,
  { count, before }: { readonly count?: number; readonly before?: DatasetCut } = {},
) => cutDataset(files, { partitionBytes, count, reasons: [] }, { align, before })

const keys = ({ partitions }: DatasetCut) => partitions.map(({ key }) => key)

/** The ranges of each file that the partitions hold, in order. */
function ranges({ partitions }: DatasetCut): Record<string, [number, number][]> {
  const found: Record<string, [number, number][]> = {}
  for (const { slices } of partitions) {
    for (const { path, cut: range } of slices)
      if (range.kind === 'bytes') (found[path] ??= []).push([range.start, range.end])
  }
  return found
}

const someFiles = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 8 })

describe('cutting a dataset', () => {
  it('covers every byte of every file once, in order, at line ends', () => {
    fc.assert(
      fc.property(someFiles, fc.integer({ min: 1, max: 400 }), (sizes, partitionBytes) => {
        const files = sizes.map((lines, index) => jsonl(`f${index}`, lines))
        const found = ranges(cut(files, partitionBytes))
        for (const [index, lines] of sizes.entries()) {
          let at = 0
          for (const [start, end] of found[`f${index}`] ?? []) {
            expect(start).toBe(at)
            expect(end % lineBytes).toBe(0)
            expect(end).toBeGreaterThan(start)
            at = end
          }
          expect(at).toBe(lines * lineBytes)
        }
      }),
    )
  })

  it('makes exactly as many partitions as asked for where there are lines enough', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 12 }),
        (sizes, count) => {
          const lines = sizes.reduce((sum, size) => sum + size, 0)
          fc.pre(lines >= count * 3)
          const files = sizes.map((size, index) => jsonl(`f${index}`, size))
          expect(cut(files, 1, { count }).partitions).toHaveLength(count)
        },
      ),
    )
  })

  it('groups small files and cuts large ones', () => {
    const { partitions } = cut([jsonl('a', 2), jsonl('b', 3), jsonl('c', 20)], 100)
    expect(partitions.map(({ slices }) => slices.map(({ path }) => path))).toEqual([['a', 'b', 'c'], ['c'], ['c']])
  })

  it('reads a large file that cannot be cut in pieces, and a small one as it is', () => {
    const { partitions } = cut([packed('large.gz', 1000), packed('small.gz', 10)], 400)
    expect(partitions.map(({ kind }) => kind)).toEqual(['pieces', 'plain'])
  })
})

describe('cutting a dataset that has been cut before', () => {
  const files = [jsonl('a', 30), jsonl('b', 30), jsonl('c', 30)]
  const before = cut(files, 100)

  it('keeps every partition of unchanged files', () => {
    expect(keys(cut(files, 100, { before }))).toEqual(keys(before))
  })

  it('gives a new file partitions of its own, in its place', () => {
    const after = cut([files[0], jsonl('aa', 15), files[1], files[2]], 100, { before })
    expect(keys(after).filter(key => keys(before).includes(key))).toEqual(keys(before))
    expect(keys(after)).toHaveLength(keys(before).length + 2)
    expect(Object.keys(ranges(after))).toEqual(['a', 'aa', 'b', 'c'])
  })

  it('cuts only the tail of a file that grew', () => {
    const after = cut([files[0], files[1], jsonl('c', 34, '2')], 100, { before })
    expect(keys(after).slice(0, keys(before).length)).toEqual(keys(before))
    expect(ranges(after)['c'].at(-1)).toEqual([300, 340])
  })

  it('keeps the cuts of a file that shrank as far as they go', () => {
    const after = cut([files[0], jsonl('b', 25, '2'), files[2]], 100, { before })
    expect(ranges(after)['b']).toEqual([
      [0, 100],
      [100, 200],
      [200, 250],
    ])
    expect(keys(after).filter(key => keys(before).includes(key))).toHaveLength(8)
  })

  it('keeps a group of small files together when a new one comes between them', () => {
    const small = [jsonl('a', 2), jsonl('c', 2)]
    const grouped = cut(small, 100)
    expect(grouped.partitions).toHaveLength(1)
    const after = cut([small[0], jsonl('b', 2), small[1]], 100, { before: grouped })
    expect(after.partitions.map(({ slices }) => slices.map(({ path }) => path))).toEqual([['a', 'c'], ['b']])
    expect(keys(after)[0]).toBe(keys(grouped)[0])
  })
})

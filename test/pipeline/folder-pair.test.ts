import { mkdirSync, symlinkSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareNaturally } from '../../src/pipeline/folder-pair/natural-order.js'
import { withoutSuffixes } from '../../src/pipeline/folder-pair/stem-of.js'
import { PipelineRig, pawl } from './rig.js'

const { getAllFilePathsUnder, remainingFiles } = pawl

function rigOf(...names: string[]): PipelineRig {
  const rig = new PipelineRig()
  for (const name of names) rig.write(name, 'x')
  return rig
}

const relative = (rig: PipelineRig, folder: string, paths: readonly string[]) =>
  paths.map(path => path.slice(rig.path(folder).length + 1))

describe('getAllFilePathsUnder', () => {
  it('lists in natural order, without hidden files, into folders unless told otherwise', () => {
    const rig = rigOf('in/part-10.jsonl', 'in/part-2.jsonl', 'in/.hidden', 'in/.git/x', 'in/sub/part-1.jsonl')
    expect(relative(rig, 'in', getAllFilePathsUnder(rig.path('in')))).toEqual([
      'part-2.jsonl',
      'part-10.jsonl',
      'sub/part-1.jsonl',
    ])
    expect(getAllFilePathsUnder(rig.path('in'), { recurseSubdirectories: false })).toHaveLength(2)
  })

  it('takes extensions by all of a compound suffix', () => {
    const rig = rigOf('in/a.jsonl', 'in/b.jsonl.gz', 'in/c.gz', 'in/d.JSONL', 'in/e.xjsonl')
    const listed = (keepExtensions: string | string[]) =>
      relative(rig, 'in', getAllFilePathsUnder(rig.path('in'), { keepExtensions }))
    expect(listed('.jsonl.gz')).toEqual(['b.jsonl.gz'])
    expect(listed('jsonl')).toEqual(['a.jsonl', 'd.JSONL'])
    expect(listed(['jsonl', '.gz'])).toEqual(['a.jsonl', 'b.jsonl.gz', 'c.gz', 'd.JSONL'])
  })

  it('begins paths as its argument does, and takes a file for itself', () => {
    const rig = rigOf('in/a.jsonl')
    expect(getAllFilePathsUnder(rig.path('in', 'a.jsonl'))).toEqual([rig.path('in/a.jsonl')])
    expect(getAllFilePathsUnder('docs', { keepExtensions: 'md' })[0]).toMatch(/^docs\//)
  })

  it('follows links, except in circles and to nowhere; leaves names alone that lead to no file', () => {
    const rig = rigOf('in/a.jsonl', 'other/b.jsonl')
    symlinkSync(rig.path('other'), rig.path('in/linked'))
    symlinkSync(rig.path('in'), rig.path('in/circle'))
    symlinkSync(rig.path('nowhere'), rig.path('in/dangling.jsonl'))
    symlinkSync('loop', rig.path('in/loop'))
    expect(relative(rig, 'in', getAllFilePathsUnder(rig.path('in')))).toEqual(['a.jsonl', 'linked/b.jsonl'])
  })

  it('a missing folder and a remote one are errors with a remedy', () => {
    expect(() => getAllFilePathsUnder('/no/such/folder')).toThrow('/no/such/folder does not exist')
    expect(() => getAllFilePathsUnder('s3://bucket/x')).toThrow('s3:// is not read yet; mount it')
  })

  it('the order is one: any two names compare one way, and as people count', () => {
    expect(['x10', 'x9', 'x009', 'a', 'x', 'x1y2', 'x1y10'].sort(compareNaturally)).toEqual([
      'a',
      'x',
      'x1y2',
      'x1y10',
      'x009',
      'x9',
      'x10',
    ])
    const name = fc.stringMatching(/^[ab01-]{0,6}$/)
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        const sign = (x: string, y: string) => Math.sign(compareNaturally(x, y))
        expect(sign(a, b) + sign(b, a)).toBe(0)
        expect(sign(a, b) === 0).toBe(a === b)
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})

describe('remainingFiles', () => {
  it('compares files, and does not count them', async () => {
    const rig = rigOf(
      'in/a.jsonl',
      'in/b.jsonl.gz',
      'in/sub/c.jsonl',
      'in/d.jsonl',
      'out/b.parquet',
      'out/sub/c.jsonl',
      'out/other.jsonl',
    )
    expect(relative(rig, 'in', await remainingFiles(rig.path('in'), rig.path('out')))).toEqual(['a.jsonl', 'd.jsonl'])
    expect(relative(rig, 'in', await remainingFiles(rig.path('in'), rig.path('nowhere')))).toHaveLength(4)
  })

  it('matches by path, by stem, or as it is told', async () => {
    const rig = rigOf('in/x/a.jsonl', 'in/y/a.jsonl', 'in/v1.2.jsonl', 'out/a.jsonl', 'out/v1.2.jsonl')
    const left = async (match?: 'relative' | 'stem' | ((path: string) => string)) =>
      relative(rig, 'in', await remainingFiles(rig.path('in'), rig.path('out'), { match }))
    expect(await left()).toEqual(['x/a.jsonl', 'y/a.jsonl'])
    expect(await left('stem')).toEqual([])
    expect(await left(path => path.replaceAll('/', '_'))).toEqual(['x/a.jsonl', 'y/a.jsonl'])
    rig.write('out/x_a.jsonl', 'x')
    expect(await left(path => path.replaceAll('/', '_'))).toEqual(['y/a.jsonl'])
  })

  it('an output counts where it is non-empty, exists, or can be read to its end', async () => {
    const rig = rigOf('in/empty.jsonl', 'in/cut.jsonl', 'in/whole.jsonl', 'in/torn.jsonl', 'in/folder.jsonl')
    rig.write('out/empty.jsonl', '')
    rig.write('out/cut.jsonl.gz', gzipSync('{"a":1}\n').subarray(0, 15))
    rig.write('out/torn.jsonl', '{"a":1}\n{"a":')
    rig.write('out/whole.jsonl', '{"a":1}\n')
    mkdirSync(rig.path('out/folder.jsonl'))
    const left = async (complete: 'non-empty' | 'exists' | 'valid') =>
      relative(rig, 'in', await remainingFiles(rig.path('in'), rig.path('out'), { complete }))
    expect(await left('exists')).toEqual(['folder.jsonl'])
    expect(await left('non-empty')).toEqual(['empty.jsonl', 'folder.jsonl'])
    expect(await left('valid')).toEqual(['cut.jsonl', 'empty.jsonl', 'folder.jsonl', 'torn.jsonl'])
  })

  it('an empty output that is on record as complete is complete', async () => {
    const rig = new PipelineRig()
    rig.writeDocuments('in/a.jsonl', 2)
    rig.write('out/b.jsonl', '')
    rig.writeDocuments('in/b.jsonl', 2)
    const pipeline = new pawl.Pipeline({ name: 'x' })
      .addStage(new pawl.JsonlReader({ filePaths: rig.path('in/a.jsonl') }))
      .addStage(new pawl.ScoreFilter(new pawl.WordCountFilter({ minWords: 50 })))
      .addStage(new pawl.JsonlWriter({ path: rig.path('out') }))
    await pipeline.run({ checkpointPath: rig.path('state'), workers: 1 })
    const options = { checkpointPath: rig.path('state') }
    expect(relative(rig, 'in', await remainingFiles(rig.path('in'), rig.path('out'), options))).toEqual(['b.jsonl'])
    expect(await remainingFiles(rig.path('in'), rig.path('out'))).toHaveLength(2)
  })

  it('suffixes are those of a compression and one more', () => {
    expect(['a/x.jsonl.gz', 'x.tar.zst', 'v1.2.jsonl', 'x', 'a.b/x', '.x'].map(withoutSuffixes)).toEqual([
      'a/x',
      'x',
      'v1.2',
      'x',
      'a.b/x',
      '.x',
    ])
  })
})

describe('pawl remaining', () => {
  it('prints paths for people, for xargs and for programs', async () => {
    const rig = rigOf('in/a b.jsonl', 'in/c.jsonl', 'in/d.txt', 'out/c.jsonl')
    expect((await rig.cli('remaining', 'in', 'out', '--ext', 'jsonl')).stdout).toBe('in/a b.jsonl\n')
    expect((await rig.cli('remaining', 'in', 'out', '-0')).stdout).toBe('in/a b.jsonl\0in/d.txt\0')
    expect(JSON.parse((await rig.cli('remaining', 'in', 'out', '--json')).stdout)).toEqual(['in/a b.jsonl', 'in/d.txt'])
    const wrong = await rig.cli('remaining', 'in', 'out', '--match', 'name')
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('it is one of relative, stem')
    expect((await rig.cli('remaining', 'nowhere', 'out')).stderr).toContain('nowhere does not exist')
  })
})

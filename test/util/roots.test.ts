import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Roots, rootOf, rootsOfEnvironment } from '../../src/util/roots.js'

const roots = Roots.named({ data: '/mnt/a', jobs: '/mnt/a/jobs', far: '/srv/x' })

describe('roots', () => {
  it.each([
    ['/mnt/a', 'root:data'],
    ['/mnt/a/x/y.jsonl', 'root:data/x/y.jsonl'],
    ['/mnt/a/jobs/j', 'root:jobs/j'],
    ['/mnt/abc/x', '/mnt/abc/x'],
    ['/mnt', '/mnt'],
    ['file:///mnt/a/x.mjs', 'file://root:data/x.mjs'],
    ['text that speaks of /mnt/a/x', 'text that speaks of /mnt/a/x'],
  ])('%s is on record as %s, and is read back', (path, recorded) => {
    expect([roots.recorded(path), roots.here(recorded)]).toEqual([recorded, path])
  })

  it('every value of JSON is read back as it was, with its keys, whatever stands in it', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('/mnt/a', '/mnt/a/', '/mnt/a/jobs', '/srv/x/y', '/', ''),
      fc.tuple(fc.constantFrom('/mnt/a/', '/mnt/', '/srv/x/'), fc.string()).map(([head, tail]) => head + tail),
    )
    const plain = text.filter(one => rootOf(one) === undefined && !one.includes('__proto__'))
    const value = fc.letrec(tie => ({
      any: fc.oneof({ maxDepth: 3 }, plain, fc.integer(), fc.constant(null), tie('list'), tie('map')),
      list: fc.array(tie('any'), { maxLength: 4 }),
      map: fc.dictionary(plain, tie('any'), { maxKeys: 4 }),
    })).any
    fc.assert(
      fc.property(value, given => {
        expect(roots.allHere(roots.allRecorded(given))).toEqual(given)
      }),
    )
  })

  it('what a folder was and is, is told from where both paths begin to be alike from their ends', () => {
    const moved = Roots.besides('/a/one/jobs/x', '/b/two/jobs/x')
    expect(moved.here('/a/one/data/f')).toBe('/b/two/data/f')
    expect(moved.here('/a/other')).toBe('/a/other')
    expect(Roots.besides('/a/x', '/a/x').isEmpty).toBe(true)
    // A folder that stays where it was stays, although it lies in one that moved.
    const partly = Roots.moved([
      ['/a', '/b'],
      ['/a/data', '/a/data'],
    ])
    expect([partly.here('/a/data/f'), partly.here('/a/f')]).toEqual(['/a/data/f', '/b/f'])
  })

  it('the environment names them in capitals', () => {
    expect(rootsOfEnvironment({ PAWL_ROOT_DATA: '/mnt/b/', PAWL_ROOT_: '', PAWL_ROOT_X: '', PATH: '/bin' })).toEqual({
      data: '/mnt/b',
    })
  })
})

import { describe, expect, it } from 'vitest'
import { oddities, unfitness } from '../../src/execution/ray/unfit-nodes.js'

const needs = { version: '0.2.0', folder: '/shared/jobs', probe: 'abc' }
const fit = {
  ...{ host: 'b', node: 'v20.12.0', pawl: '0.2.0', home: '/opt/pawl', probe: 'abc' },
  ...{ time: 1000, files: 4096, file_system: 'ext4' },
}

describe('a node of a Ray cluster', () => {
  it('is fit where it has all that a worker needs', () => {
    expect(unfitness(fit, needs)).toEqual([])
    expect(oddities(fit, 1001)).toEqual([])
  })

  it.each([
    [{ node: null }, 'node b has no Node', 'PAWL_NODE'],
    [{ node: 'v20.11.9' }, 'has Node v20.11.9, and workers need 20.12 or later', 'update'],
    [{ pawl: null }, 'has no Pawl at /opt/pawl', 'PAWL_HOME'],
    [{ pawl: '0.1.0' }, 'has Pawl 0.1.0 at /opt/pawl, this is 0.2.0', 'the same version'],
    [{ probe: null }, 'does not see the work dir /shared/jobs', 'a file system that all nodes share'],
    [{ probe: 'old' }, 'does not see the work dir /shared/jobs', 'a file system that all nodes share'],
    [{ error: 'it went' }, 'could not be looked at: it went', 'ray status'],
  ])('is unfit, and it is said why and what to do: %o', (lack, found, remedy) => {
    const [only, ...more] = unfitness({ ...fit, ...lack }, needs)
    expect(only.found).toContain(found)
    expect(only.remedy).toContain(remedy)
    expect(more).toEqual([])
  })

  it.each([
    [{ time: 1060 }, 'is 60 s ahead'],
    [{ time: 940 }, 'is 60 s behind'],
    [{ files: 256 }, 'may open 256 files'],
    [{ file_system: 'nfs4' }, 'over nfs4'],
  ])('may be odd: %o', (odd, found) => {
    const told = oddities({ ...fit, ...odd }, 1000).map(lack => lack.found)
    expect(told.join()).toContain(found)
  })
})

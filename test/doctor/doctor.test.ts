import { mkdirSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgeHost, judgeProbe } from '../../src/doctor/judge-probe.js'
import { kindOf, mountOf } from '../../src/doctor/mounts.js'
import type { Probe } from '../../src/doctor/probe-folder.js'
import { JobRig } from '../rig-job.js'

const table = `/dev/vda / ext4 rw,relatime 0 0
tmpfs /dev/shm tmpfs rw 0 0
server:/export /mnt/a\\040b nfs4 rw,vers=4.2 0 0
server:/ro /mnt/ro nfs4 ro 0 0
`

describe('where a folder is mounted', () => {
  it.each([
    ['/home/x', '/', 'local'],
    ['/dev/shm', '/dev/shm', 'memory'],
    ['/mnt/a b/jobs', '/mnt/a b', 'network'],
    ['/mnt/a bc', '/', 'local'],
  ])('%s at %s: %s', (folder, point, kind) => {
    const mount = mountOf(folder, table)
    expect([mount.point, kindOf(mount)]).toEqual([point, kind])
  })

  it('is not known where the system does not tell', () => {
    expect(kindOf(mountOf('/x', ''))).toBe('unknown')
  })
})

describe('what was found means', () => {
  const well: Probe = {
    ...{ link: 'works', isExclusive: true, renames: true, fsyncMs: 1, syncsFolders: true },
    ...{ lateMs: 0.1, doubleWins: 0, clockMs: 0 },
  }
  const judge = (probe: Partial<Probe>, folder = '/mnt/a b') =>
    judgeProbe({ ...well, ...probe }, mountOf(folder, table)).filter(({ verdict }) => verdict !== 'ok')

  it('nothing to do where all is well', () => {
    expect(judge({})).toEqual([])
  })

  it.each<[Partial<Probe>, { verdict: string; what: string; remedy: RegExp }]>([
    [
      { link: 'EPERM: operation not permitted' },
      { verdict: 'warning', what: 'hard links', remedy: /exclusive create instead/ },
    ],
    [{ doubleWins: 3 }, { verdict: 'failure', what: 'exclusive create', remedy: /another file system/ }],
    [{ isExclusive: false }, { verdict: 'failure', what: 'exclusive create', remedy: /one process at a time/ }],
    [{ renames: false }, { verdict: 'failure', what: 'rename', remedy: /all at once/ }],
    [{ syncsFolders: false }, { verdict: 'warning', what: 'fsync of folders', remedy: /power cut/ }],
    [{ fsyncMs: 400 }, { verdict: 'warning', what: 'fsync of 4 kB', remedy: /larger partitions/ }],
    [{ lateMs: 15_000 }, { verdict: 'warning', what: 'names of others', remedy: /lookupcache=none/ }],
    [{ lateMs: 60_000 }, { verdict: 'failure', what: 'names of others', remedy: /taken for dead/ }],
    [{ clockMs: -120_000 }, { verdict: 'warning', what: 'clock of the server', remedy: /NTP/ }],
  ])('%j: %j', (probe, { verdict, what, remedy }) => {
    expect(judge(probe)).toEqual([{ verdict, what, found: expect.any(String), remedy: expect.stringMatching(remedy) }])
  })

  it('a read-only mount and one in memory are told of', () => {
    expect(judge({}, '/mnt/ro')).toMatchObject([{ verdict: 'failure', found: expect.stringContaining('read-only') }])
    expect(judge({}, '/dev/shm')).toMatchObject([{ verdict: 'warning', what: 'file system' }])
  })

  it('of a host: its Node, its limit of open files, its disk', () => {
    const bad = judgeHost({ node: 'v20.11.1', openFiles: 256, freeBytes: 1e6 })
    expect(bad.map(({ verdict, what }) => [verdict, what])).toEqual([
      ['failure', 'Node'],
      ['warning', 'open files'],
      ['warning', 'free space'],
    ])
    expect(
      judgeHost({ node: 'v26.10.0', openFiles: undefined, freeBytes: 1e12 }).map(({ verdict }) => verdict),
    ).toEqual(['ok', 'ok', 'ok'])
  })
})

describe('pawl doctor', () => {
  it('tries a folder that need not be there yet, and leaves nothing behind', async () => {
    const rig = new JobRig()
    mkdirSync(rig.path('jobs'))
    const { code, stdout } = await rig.run('doctor', 'jobs/to/come')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/hard links +works\n.*exclusive create +one wins/)])
    expect(readdirSync(rig.path('jobs'))).toEqual([])
    const json = await rig.run('doctor', 'jobs', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ folder: rig.path('jobs'), isFit: true })
  })

  it('says why jobs cannot be kept where nothing can be written', async () => {
    const rig = new JobRig()
    const { code, stdout } = await rig.run('doctor', '/proc')
    expect([code, stdout]).toEqual([1, expect.stringMatching(/failure +writing[\s\S]*Jobs cannot be kept here/)])
    rig.write('a-file', '')
    const inFile = await rig.run('doctor', 'a-file/jobs')
    expect([inFile.code, inFile.stderr]).toEqual([2, expect.stringContaining('is no folder')])
  })
})

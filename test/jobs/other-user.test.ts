import { chmodSync, chownSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeFailure } from '../../src/execution/protocol/unit-failure.js'
import { cleanJob } from '../../src/inspect/clean-job.js'
import { findJob } from '../../src/jobs/find-job.js'
import { JobObserver } from '../../src/jobs/job-view.js'
import { JobDirectory } from '../../src/state/job-directory.js'
import { requestStop } from '../../src/state/process-status.js'
import { Rig, scenarios } from '../crash/rig.js'
import { provision } from '../provision.js'

const nobody = 65_534
const group = 4_711
const root = provision('root')

/** Does something with the rights of another user, who is in the group. */
async function asOther<T>(work: () => T | Promise<T>): Promise<T> {
  const groups = process.getgroups?.() ?? []
  const gid = process.getgid?.() ?? 0
  process.setgroups?.([group])
  process.setegid?.(nobody)
  process.seteuid?.(nobody)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(gid)
    process.setgroups?.(groups)
  }
}

/** Gives a folder and all that is in it to the group, with these rights for folders and files. */
function giveTo(folder: string, [folders, files]: readonly [number, number]): void {
  for (const name of ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    const path = join(folder, name)
    chownSync(path, 0, group)
    chmodSync(path, lstatSync(path).isDirectory() ? folders : files)
  }
}

describe.skipIf(!root.isThere)('a job of another user', () => {
  let rig: Rig
  const home = mkdtempSync(join(tmpdir(), 'pawl-other-'))
  beforeAll(async () => {
    rig = new Rig(scenarios['arrow'])
    rig.reset()
    expect((await rig.run()).code).toBe(0)
    chmodSync(rig.folder, 0o755)
    chmodSync(join(rig.folder, 'jobs'), 0o755)
  })
  afterAll(() => {
    rig.remove()
    rmSync(home, { recursive: true })
  })

  const clean = () => cleanJob(new JobObserver().look(findJob(rig.jobDir, undefined)), { isDryRun: false } as never)
  const refused = async (work: () => unknown) => {
    const error: unknown = await asOther(async () => {
      try {
        await work()
        return undefined
      } catch (error) {
        return { message: describeFailure(error).message }
      }
    })
    return (error as { message: string } | undefined)?.message
  }

  it('is looked at and refused in words of rights, where the group may read and not write', async () => {
    giveTo(rig.jobDir, [0o750, 0o640])
    expect(await asOther(() => new JobObserver().look(findJob(rig.jobDir, undefined)).state)).toBe('completed')
    const rights = new RegExp(
      `${rig.jobDir}\\S* belongs to user 0, group ${group} \\(mode 750\\), and this user may not write there: ask its owner, or have the group allowed to \\(chmod g\\+w\\)`,
    )
    expect(await refused(clean)).toMatch(rights)
    const { status } = new JobDirectory(rig.jobDir)
    expect(
      await refused(() => requestStop(status, 'other-1-00000000', { writer: 'me-1-00000000', reason: '' })),
    ).toMatch(rights)
  })

  it('is closed to who may not even look, and said to be, not to be absent', async () => {
    giveTo(rig.jobDir, [0o700, 0o600])
    expect(await refused(() => findJob(rig.jobDir, undefined))).toMatch(
      /belongs to user 0, group 4711 \(mode 700\), and this user may not look there/,
    )
  })

  it('is cleaned by who is in the group, where that may write', async () => {
    giveTo(rig.jobDir, [0o2770, 0o660])
    expect(await refused(clean)).toBeUndefined()
    expect(readdirSync(join(rig.jobDir, 'checkpoints')).filter(name => !name.endsWith('.verdict'))).toEqual([])
  })
})

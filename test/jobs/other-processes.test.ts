import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PipelineRig } from '../pipeline/rig.js'
import { provision } from '../provision.js'
import { gatedRig, standsAtGate } from './gated-rig.js'
import { member, owner, SharedFolder, stranger } from './users.js'

const root = provision('root')
const run = ['run', '--config', 'recipe.yaml', '-q']

/** A job of the owner that stands at its gate. */
async function startOwned(umask: string) {
  const rig = gatedRig()
  const shared = new SharedFolder(rig.folder)
  shared.giveTo(owner)
  const running = shared.start(owner, umask, run)
  await standsAtGate(rig)
  return { rig, shared, running }
}

const belongsTo = (place: string, mode: string) =>
  new RegExp(
    `${place} belongs to user ${owner.uid}, group ${owner.gid} \\(mode ${mode}\\), and this user may not write there: ask its owner, or have the group allowed to \\(chmod g\\+w\\)`,
  )

describe.skipIf(!root.isThere)('a job that a process of another user runs', () => {
  it('is stopped and finished by one of the group, where that may write, and ended by force by its owner alone', async () => {
    const { rig, shared, running } = await startOwned('002')
    const forced = await shared.run(member, '002', 'stop', 'jobs/job', '--force')
    expect([forced.code, forced.stderr]).toEqual([
      2,
      expect.stringContaining(`is that of user ${owner.uid}, who alone may end it by force`),
    ])
    const stopped = await shared.run(member, '002', 'stop', 'jobs/job')
    expect(stopped).toMatchObject({ code: 0, stderr: '' })
    expect(await running.ended).toMatchObject({ code: 143, stderr: expect.stringContaining('Stopped.') })
    expect(rig.summary().stop_reason).toMatch(new RegExp(`^stopped by user ${member.uid} on .* \\(pawl stop\\)$`))

    rig.write('gate/open', '')
    expect(await shared.run(member, '002', ...run)).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('error'),
    })
    expect(rig.exportedRows()).toHaveLength(rig.summary().samples_out ?? -1)
    expect(statSync(rig.path('out', 'result.jsonl')).uid).toBe(member.uid)
    // What the other has written since is no hindrance to the first.
    expect(await shared.run(owner, '002', ...run)).toMatchObject({ code: 0 })
  })

  it('is watched, and refused in words of rights, where its files are closed to the group by the umask', async () => {
    const { rig, shared, running } = await startOwned('022')
    const job = rig.path('jobs', 'job')
    const seen = await shared.run(member, '022', 'monitor', 'jobs/job', '--json')
    expect(JSON.parse(seen.stdout)).toMatchObject({ state: 'running' })
    for (const args of [['stop', 'jobs/job'], run, ['resume', 'jobs/job', '-q']]) {
      const { code, stderr } = await shared.run(member, '022', ...args)
      expect([args[0], code, stderr]).toEqual([args[0], 2, expect.stringMatching(belongsTo('\\S+', '755'))])
    }
    rig.write('gate/open', '')
    expect(await running.ended).toMatchObject({ code: 0 })
    const cleaned = await shared.run(member, '022', 'clean', 'jobs/job')
    expect([cleaned.code, cleaned.stderr]).toEqual([2, expect.stringMatching(belongsTo(`${job}\\S+`, '755'))])
  })

  it('is closed, and not said to be absent, to who may not look', async () => {
    const { rig, shared, running } = await startOwned('077')
    for (const args of [
      ['monitor', 'jobs/job'],
      ['stop', 'jobs/job'],
      ['logs', 'jobs/job'],
    ]) {
      const { code, stderr } = await shared.run(stranger, '077', ...args)
      expect([args[0], code, stderr]).toEqual([
        args[0],
        2,
        expect.stringMatching(
          /\/jobs\S* belongs to user 4801, group 4711 \(mode 700\), and this user may not look there/,
        ),
      ])
    }
    rig.write('gate/open', '')
    expect(await running.ended).toMatchObject({ code: 0 })
  })

  it('has a quarantine that the group reads, and replays where it may write', async () => {
    for (const [umask, mayReplay] of [
      ['022', false],
      ['002', true],
    ] as const) {
      const { rig, shared, running } = await startOwned(umask)
      rig.write('gate/open', '')
      expect(await running.ended).toMatchObject({ code: 0 })
      const listed = await shared.run(member, umask, 'quarantine', 'list', 'jobs/job')
      expect(listed.stdout).toMatch(/^gate_mapper +\S+ +1 +the service was away/m)
      const to = `home-${member.uid}/aside.jsonl`
      expect(await shared.run(member, umask, 'quarantine', 'export', 'jobs/job', '--to', to)).toMatchObject({ code: 0 })
      const replay = await shared.run(member, umask, 'quarantine', 'replay', 'jobs/job', '-q')
      if (mayReplay) expect(replay).toMatchObject({ code: 0 })
      else expect([replay.code, replay.stderr]).toEqual([2, expect.stringMatching(belongsTo('\\S+', '755'))])
    }
  })
})

const script = `
import { JsonlReader, JsonlWriter, OperatorStage, Pipeline } from 'pawl'
export default new Pipeline({ name: 'shared' })
  .addStage(new JsonlReader({ filePaths: 'input' }))
  .addStage(new OperatorStage('text_length_filter', { min_len: 1 }))
  .addStage(new JsonlWriter({ path: 'output' }))
`

describe.skipIf(!root.isThere)('a pipeline that another user began', () => {
  const command = ['pipeline', 'run', 'pipeline.mjs', '--checkpoint_path', 'state', '--workers', '1', '-q']

  /** A finished pipeline of the owner, and a source that came since. */
  async function begin(umask: string) {
    const rig = new PipelineRig()
    rig.writeDocuments('input/a.jsonl', 3)
    rig.write('pipeline.mjs', script)
    const shared = new SharedFolder(rig.folder)
    shared.giveTo(owner)
    expect(await shared.run(owner, umask, ...command)).toMatchObject({ code: 0, stderr: '' })
    rig.writeDocuments('input/b.jsonl', 3)
    return { rig, shared }
  }

  it('is gone on with by one of the group, where that may write', async () => {
    const { rig, shared } = await begin('002')
    expect(await shared.run(member, '002', ...command)).toMatchObject({ code: 0, stderr: '' })
    expect(rig.ids('output/b.jsonl')).toHaveLength(3)
    expect(await shared.run(owner, '002', ...command)).toMatchObject({ code: 0, stderr: '' })
  })

  it('is looked at and refused in words of rights, where the group may not write', async () => {
    const { rig, shared } = await begin('022')
    expect((await shared.run(member, '022', 'pipeline', 'status', 'state')).stdout).toMatch(/complete +1/)
    const before = { ...rig.read('state'), ...rig.read('output') }
    const state = await shared.run(member, '022', ...command)
    expect([state.code, state.stderr]).toEqual([
      2,
      expect.stringMatching(belongsTo(`checkpointPath: ${rig.path('state')}`, '755')),
    ])
    // With a state of its own it is the output that is closed.
    const own = command.with(4, `home-${member.uid}/state`)
    const output = await shared.run(member, '022', ...own)
    expect([output.code, output.stderr]).toEqual([
      2,
      expect.stringMatching(belongsTo(`the output: ${rig.path('output')}`, '755')),
    ])
    expect({ ...rig.read('state'), ...rig.read('output') }).toEqual(before)
  })
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { drawing } from '../drawn.js'
import { JobRig, type Running } from '../rig-job.js'

const itDrawn = drawing(3)

const lines = (file: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `${file}-${n}`,
    text: `sample ${n % 20} of some file, and some more`,
  }))

/** An operator that waits until `gate/open` is there, and notes in `gate/` that it is waiting. */
const gated = (folder: string, before = '') => `
import { existsSync, writeFileSync } from 'node:fs'
import { defineMapper } from 'pawl'

export default defineMapper({ name: 'gated_mapper', summary: 'Waits.', params: {}, create: () => ({
  async map(sample) {
    ${before}
    if (!existsSync('${folder}/open')) writeFileSync('${folder}/waiting-' + process.pid, '')
    while (!existsSync('${folder}/open')) await new Promise(done => setTimeout(done, 20))
  },
}) })
`

const fast = { ...process.env, PAWL_LEASE_BEAT_MS: '100', PAWL_LEASE_EXPIRY_MS: '1500' }

function makeRig(extra: Readonly<Record<string, unknown>> = {}): JobRig {
  const rig = new JobRig()
  for (let file = 0; file < 6; file++) rig.writeLines(`data/part-${file}.jsonl`, lines(file, 40))
  rig.write('gated.mjs', gated(rig.path('gate')))
  rig.write('gate/.keep', '')
  rig.recipe({
    np: 1,
    partition: { mode: 'manual', num_of_partitions: 6 },
    process: ['clean_email_mapper', 'document_deduplicator', { text_length_filter: { min_len: 4 } }],
    ...extra,
  })
  return rig
}

const gatedProcess = ['gated_mapper', 'document_deduplicator', { text_length_filter: { min_len: 4 } }]

function makeGatedRig(extra: Readonly<Record<string, unknown>> = {}): JobRig {
  const rig = makeRig()
  rig.recipe({
    np: 1,
    partition: { mode: 'manual', num_of_partitions: 6 },
    custom_operator_paths: ['gated.mjs'],
    process: gatedProcess,
    ...extra,
  })
  return rig
}

const waiting = (rig: JobRig) => readdirSync(rig.path('gate')).filter(name => name.startsWith('waiting-')).length

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20)
}

const start = (rig: JobRig, ...settings: string[]) => rig.startWith(fast, 'run', '--config', 'recipe.yaml', ...settings)

const unitStarts = (rig: JobRig) => rig.unitStarts('jobs', 'job')

const leftovers = (rig: JobRig) =>
  (readdirSync(rig.folder, { recursive: true, encoding: 'utf8' }) as string[]).filter(name =>
    /\.pawl-(tmp|displaced)-/.test(name),
  )

async function alone(extra: Readonly<Record<string, unknown>> = {}): Promise<Buffer> {
  const rig = makeRig(extra)
  expect((await rig.runRecipe()).code).toBe(0)
  return rig.bytes('out', 'result.jsonl')
}

describe('several processes on one job', () => {
  itDrawn('share its units, each run once, and all end with 0 and the bytes of a single one', async () => {
    const rig = makeGatedRig()
    const hands = [start(rig), start(rig), start(rig)]
    await until(() => waiting(rig) === 3)
    rig.write('gate/open', '')
    for (const hand of hands) {
      const end = await hand.ended
      expect(end.code, end.stdout + end.stderr).toBe(0)
    }
    expect(rig.bytes('out', 'result.jsonl').equals(await alone())).toBe(true)
    const starts = unitStarts(rig)
    expect(starts).toEqual([...new Set(starts)])
    expect(leftovers(rig)).toEqual([])
    expect((await rig.runRecipe()).stdout).toContain('the job was complete')
  })

  itDrawn('say that they join, whom, and what is committed', async () => {
    const rig = makeGatedRig()
    const first = start(rig)
    await until(() => waiting(rig) === 1)
    const second = start(rig)
    await second.sees(new RegExp(`Joining job, at which process ${first.pid} on ${hostname()} is at work`))
    rig.write('gate/open', '')
    expect((await first.ended).code).toBe(0)
    expect((await second.ended).code).toBe(0)
  })

  itDrawn('go on without one that is killed, and redo no more than it had in hand', async () => {
    const rig = makeGatedRig()
    const doomed = start(rig)
    await until(() => waiting(rig) === 1)
    const other = start(rig)
    await until(() => waiting(rig) === 2)
    doomed.kill('SIGKILL')
    await doomed.ended
    rig.write('gate/open', '')
    expect((await other.ended).code).toBe(0)
    expect(rig.bytes('out', 'result.jsonl').equals(await alone())).toBe(true)
    const starts = unitStarts(rig)
    expect(starts.length - new Set(starts).size).toBeLessThanOrEqual(1)
  })

  itDrawn('go on without one that is stopped, which finds out when it wakes and changes nothing', async () => {
    const rig = makeGatedRig()
    const stopped = start(rig)
    await until(() => waiting(rig) === 1)
    const other = start(rig)
    await until(() => waiting(rig) === 2)
    stopped.kill('SIGSTOP')
    rig.write('gate/open', '')
    expect((await other.ended).code).toBe(0)
    const bytes = rig.bytes('out', 'result.jsonl')
    expect(bytes.equals(await alone())).toBe(true)
    stopped.kill('SIGCONT')
    const woken = await stopped.ended
    expect(woken.code, woken.stdout + woken.stderr).toBe(75)
    expect(rig.bytes('out', 'result.jsonl').equals(bytes)).toBe(true)
    expect((await rig.runRecipe()).stdout).toContain('the job was complete')
  })

  itDrawn('are as many as are left when one is told to stop; the last one marks the job as stopped', async () => {
    const rig = makeGatedRig()
    const first = start(rig)
    await until(() => waiting(rig) === 1)
    const second = start(rig)
    await until(() => waiting(rig) === 2)
    first.kill('SIGTERM')
    expect((await first.ended).code).toBe(143)
    expect(JSON.parse(rig.read('jobs', 'job', 'job_summary.json'))).toMatchObject({ status: 'running' })
    second.kill('SIGTERM')
    expect((await second.ended).code).toBe(143)
    expect(JSON.parse(rig.read('jobs', 'job', 'job_summary.json'))).toMatchObject({ status: 'stopped' })
    rig.write('gate/open', '')
    expect((await rig.runRecipe()).code).toBe(0)
    expect(rig.bytes('out', 'result.jsonl').equals(await alone())).toBe(true)
  })

  itDrawn('work on the cut of the first: a file that comes meanwhile is for the next run', async () => {
    const rig = makeGatedRig()
    const first = start(rig)
    await until(() => waiting(rig) === 1)
    rig.writeLines('data/part-2b.jsonl', [{ id: '9-0', text: 'something that came late' }])
    const second = start(rig)
    await second.sees(/Joining job/)
    rig.write('gate/open', '')
    expect((await first.ended).code).toBe(0)
    expect((await second.ended).code).toBe(0)
    expect(rig.bytes('out', 'result.jsonl').equals(await alone())).toBe(true)
    const next = await rig.runRecipe()
    expect(next.stdout).toContain('part-2b.jsonl added')
    expect(rig.read('out', 'result.jsonl')).toContain('"9-')
  })

  itDrawn('wait for each other at about a hundredth of a core at most, or leave where that is wished', async () => {
    const rig = makeGatedRig({ partition: { mode: 'manual', num_of_partitions: 1 } })
    const first = start(rig)
    await until(() => waiting(rig) === 1)
    const idle = await rig.runRecipe('--leave_when_idle')
    expect(idle.code, idle.stderr).toBe(75)
    expect(idle.stderr).toContain('the job is not complete')
    // With the signs of life that users have: a short lease would be looked at all the time.
    const second = rig.start('run', '--config', 'recipe.yaml')
    await second.sees(/Joining job/)
    await delay(1000)
    const before = cpuMs(second)
    await delay(3000)
    const share = (cpuMs(second) - before) / 3000
    // A clock of 10 ms, and what else the machine does, blur a hundredth.
    expect(share).toBeLessThanOrEqual(0.03)
    rig.write('gate/open', '')
    expect((await first.ended).code).toBe(0)
    expect((await second.ended).code).toBe(0)
  })

  itDrawn('all fail where a partition does, once it was tried, and name it', async () => {
    const rig = makeGatedRig({ on_error: 'fail' })
    rig.write('gated.mjs', gated(rig.path('gate'), "throw new Error('a bad day')"))
    const hands = [start(rig), start(rig)]
    for (const hand of hands) {
      const end = await hand.ended
      expect(end.code, end.stdout + end.stderr).toBe(1)
      expect(end.stderr).toContain('a bad day')
    }
  })

  itDrawn('clean up after themselves while one of them sleeps between claim and work', async () => {
    const rig = makeGatedRig({
      intermediate_storage: { preserve_intermediate_data: false, retention_policy: 'cleanup_all' },
      checkpoint: { strategy: 'every_op' },
    })
    const stopped = start(rig)
    await until(() => waiting(rig) === 1)
    stopped.kill('SIGSTOP')
    rig.write('gate/open', '')
    const other = start(rig)
    expect((await other.ended).code).toBe(0)
    const bytes = rig.bytes('out', 'result.jsonl')
    stopped.kill('SIGCONT')
    expect([0, 75]).toContain((await stopped.ended).code)
    expect(rig.bytes('out', 'result.jsonl').equals(bytes)).toBe(true)
    expect(bytes.equals(await alone())).toBe(true)
    expect((await rig.runRecipe()).stdout).toContain('the job was complete')
    expect(existsSync(rig.path('jobs', 'job', 'job_summary.json'))).toBe(true)
  })
})

/** Time of a process on a core so far, of its own and not of its workers. */
function cpuMs({ pid }: Running): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

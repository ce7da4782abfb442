import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { JobObserver } from '../../src/jobs/job-view.js'
import { readEvents } from '../../src/jobs/read-events.js'
import { stopProcesses } from '../../src/jobs/stop-job.js'
import { JobUtils, listRunningJobs, showJobProgress, stopJob, watchJob } from '../../src/library/jobs.js'
import { readStatuses } from '../../src/state/process-status.js'
import type { JobRig } from '../rig-job.js'
import { gatedRig, quickBeats, startGated } from './gated-rig.js'

const jobDir = (rig: JobRig) => rig.path('jobs', 'job')

test('a job is seen while it runs, stopped from another process, seen stopped, resumed and seen complete', async () => {
  const rig = gatedRig()
  const running = await startGated(rig)
  const view = showJobProgress(jobDir(rig))
  expect(view).toMatchObject({ state: 'running', jobId: 'job', pid: running.pid, partitionsTotal: 6 })
  expect(view.share).toBeLessThan(1)
  expect(listRunningJobs({ workDirs: [rig.path('jobs')] }).map(({ pid }) => pid)).toEqual([running.pid])

  const stopped = await rig.run('stop', 'jobs/job')
  expect(stopped).toMatchObject({ code: 0, stderr: '' })
  expect(stopped.stdout).toMatch(
    /^Process \d+ on .* stopped in order; in flight were .*\nWhat is committed stays; go on with: npx pawl resume /,
  )
  expect((await running.ended).code).toBe(143)
  expect(showJobProgress(jobDir(rig))).toMatchObject({ state: 'stopped' })
  expect(rig.summary().stop_reason).toMatch(/received SIGTERM|pawl stop/)
  expect((await rig.run('stop', 'jobs/job')).stdout).toMatch(/^Nothing to stop/)

  rig.write('gate/open', '')
  expect((await rig.run('resume', 'jobs/job')).code).toBe(0)
  expect(showJobProgress(jobDir(rig))).toMatchObject({ state: 'completed', share: 1, kept: 299, quarantined: 1 })
  expect(readdirSync(rig.path('jobs', 'job', 'metadata', 'status'))).toHaveLength(1)
})

test('a stop that only goes through the folder, as from another host, is heeded at the next beat', async () => {
  const rig = gatedRig()
  const running = await startGated(rig)
  const [{ path, status }] = readStatuses(rig.path('jobs', 'job', 'metadata', 'status'))
  // Seen from elsewhere, where no signal reaches it.
  writeFileSync(path, JSON.stringify({ ...status, boot: 'another', namespace: 'another', heeds_signals: true }))
  const report = await stopProcesses(jobDir(rig), { timeoutMs: 20_000 })
  expect(report.processes.map(({ outcome }) => outcome)).toEqual(['stopped'])
  expect((await running.ended).code).toBe(143)
  expect(rig.summary()).toMatchObject({
    status: 'stopped',
    stop_reason: expect.stringMatching(/^stopped by .* \(pawl stop\)$/),
  })
})

test('a killed job is lost, at once on this host; force ends coordinator and workers', async () => {
  const rig = gatedRig()
  const running = await startGated(rig)
  const { workers } = readStatuses(rig.path('jobs', 'job', 'metadata', 'status'))[0].status
  const ended = await rig.run('stop', 'jobs/job', '--force', '--json')
  expect(JSON.parse(ended.stdout).processes).toMatchObject([{ pid: running.pid, outcome: 'ended' }])
  expect((await running.ended).signal).toBe('SIGKILL')
  for (const { pid } of workers)
    expect(existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toBeFalsy()
  expect(showJobProgress(jobDir(rig)).state).toBe('lost')
  const jobs = await rig.run('jobs', '--work_dir', 'jobs')
  expect(jobs.stdout).toMatch(/^job +lost /m)
})

test('a process that is not the job is never signalled: dead or foreign pid', async () => {
  const rig = gatedRig()
  const running = await startGated(rig)
  await stopJob(jobDir(rig), { force: true })
  await running.ended
  const folder = rig.path('jobs', 'job', 'metadata', 'status')
  const [{ path, status }] = readStatuses(folder)
  // The number of this very process, with the start time of the one that is gone.
  for (const other of [{ pid: process.pid }, { pid: 1 }]) {
    writeFileSync(path, JSON.stringify({ ...status, ...other, workers: [{ ...status.workers[0], ...other }] }))
    expect(showJobProgress(jobDir(rig)).state).toBe('lost')
    expect((await stopProcesses(jobDir(rig), { force: true })).processes).toEqual([])
  }
})

test('a process on another host is running? until its beat was seen to change, and lost after one expiry without', async () => {
  const rig = gatedRig()
  const running = await startGated(rig)
  await stopJob(jobDir(rig), { force: true })
  await running.ended
  const [{ path, status }] = readStatuses(rig.path('jobs', 'job', 'metadata', 'status'))
  const beat = (number: number) => writeFileSync(path, JSON.stringify({ ...status, boot: 'another', beat: number }))
  const observer = new JobObserver(1)
  beat(1)
  expect(observer.look(jobDir(rig)).state).toBe('running?')
  beat(2)
  expect(observer.look(jobDir(rig)).state).toBe('running')
  await new Promise(done => setImmediate(done))
  const deadline = performance.now() + 2
  while (performance.now() < deadline);
  expect(observer.look(jobDir(rig)).state).toBe('lost')
  expect(showJobProgress(jobDir(rig)).state).toBe('running?')
})

test('watching gives each change and ends with the job', async () => {
  const rig = gatedRig()
  await startGated(rig)
  const states: string[] = []
  for await (const { state } of watchJob(jobDir(rig), undefined, { intervalMs: 20 })) {
    states.push(state)
    if (states.length === 1) rig.write('gate/open', '')
  }
  expect(states[0]).toBe('running')
  expect(states[states.length - 1]).toBe('completed')
})

test('monitors that look all the time never see an inconsistent state, and the job is none the wiser', async () => {
  const rig = gatedRig()
  const running = await startGated(rig)
  rig.write('gate/open', '')
  let isOver = false
  void running.ended.then(() => {
    isOver = true
  })
  const monitor = async () => {
    const observer = new JobObserver()
    let share = 0
    let looks = 0
    while (!isOver) {
      const view = observer.look(jobDir(rig))
      expect(view.processes).toHaveLength(1)
      expect(['running', 'completed']).toContain(view.state)
      expect(view.share).toBeGreaterThanOrEqual(share)
      share = view.share ?? 0
      looks++
      await new Promise(done => setImmediate(done))
    }
    return looks
  }
  const looks = await Promise.all(Array.from({ length: 50 }, monitor))
  expect(Math.min(...looks)).toBeGreaterThan(1)
  expect((await running.ended).code).toBe(0)
})

test('unknown job, no summary, damaged lines skipped, files of several runs, filters by type, partition, operator, time', async () => {
  const rig = gatedRig()
  expect(() => new JobUtils('nowhere', { workDir: rig.path('jobs') })).toThrow(/there is no job nowhere/)
  rig.write('gate/open', '')
  await rig.runRecipe()
  await rig.runRecipe()
  const utils = new JobUtils(jobDir(rig))
  const all = await utils.loadEventLogs()
  expect(all.filter(({ event_type }) => event_type === 'job_start')).toHaveLength(2)
  expect(all.map(({ event_id }) => event_id)).toEqual(rig.events().map(({ event_id }) => event_id))
  const finished = await utils.loadEventLogs({ types: ['partition_complete'] })
  expect(finished).toHaveLength(6)
  const { partition } = finished[0] as { partition: string }
  const ofOne = await utils.loadEventLogs({ partition, operator: 'gate_mapper' })
  expect(ofOne.map(({ event_type }) => event_type)).toEqual(expect.arrayContaining(['op_start', 'op_complete']))
  expect(await utils.loadEventLogs({ since: new Date(Date.now() + 60_000) })).toEqual([])

  const log = rig.summary().event_log_file as string
  const [first] = readdirSync(jobDir(rig)).filter(name => name.startsWith('events_'))
  const lines = rig.read('jobs', 'job', first).split('\n')
  rig.write(`jobs/job/${first}`, [lines[0], '{"event_type": "torn', 'no JSON', ...lines.slice(1)].join('\n'))
  truncateSync(log, statSync(log).size - 3)
  const damaged: string[] = []
  const read: string[] = []
  for await (const { event } of readEvents(jobDir(rig), { onDamage: (_, line) => damaged.push(line) }))
    read.push(event.event_id)
  expect(damaged).toEqual(['{"event_type": "torn', 'no JSON'])
  // The last line is not whole, and may still be written to.
  expect(read).toEqual(all.slice(0, -1).map(({ event_id }) => event_id))

  rig.write('jobs/job/job_summary.json', '{"job_id": "jo')
  expect(utils.loadJobSummary()).toBeUndefined()
  expect(showJobProgress(jobDir(rig))).toMatchObject({ state: 'completed', share: 1 })
})

test('reading goes on behind where it was, whatever was rotated meanwhile', async () => {
  const rig = gatedRig()
  rig.write('gate/open', '')
  await rig.runRecipe('--event_logging.max_log_size_mb', '0.002', '--event_logging.backup_count', '50')
  const all = await new JobUtils(jobDir(rig)).loadEventLogs()
  expect(readdirSync(jobDir(rig)).filter(name => /^events_.*\.\d+$/.test(name)).length).toBeGreaterThan(3)
  let after: string | undefined
  const read: string[] = []
  for (let more = true; more; ) {
    more = false
    for await (const { event, cursor } of readEvents(jobDir(rig), { after })) {
      read.push(event.event_id)
      after = cursor
      more = true
      break
    }
  }
  expect(read).toEqual(all.map(({ event_id }) => event_id))
})

test('progress arithmetic: none, running, part failed, complete; ETA with nothing done', async () => {
  const rig = gatedRig()
  const running = await startGated(rig)
  expect(showJobProgress(jobDir(rig)).leftRangeMs?.[0] ?? 0).toBeGreaterThanOrEqual(0)
  await stopJob(jobDir(rig))
  await running.ended
  const folder = rig.path('jobs', 'job', 'metadata', 'status')
  const [{ path, status }] = readStatuses(folder)
  writeFileSync(
    path,
    JSON.stringify({
      ...status,
      state: 'running',
      share: 0,
      partitions_done: 0,
      left_ms: null,
      left_range_ms: null,
      boot: 'another',
    }),
  )
  expect(showJobProgress(jobDir(rig))).toMatchObject({ share: 0, leftMs: undefined, state: 'running?' })
  const text = await rig.run('monitor', 'jobs/job', '--detailed')
  expect(text.stdout).toMatch(/^progress +0 %$/m)
  expect(text.stdout).toMatch(/^state +running\?/m)
  expect(text.stdout).toMatch(/last beat .* ago by this host's clock/)
})

test('a monitor reads as little for a hundred thousand partitions as for ten', async () => {
  const rig = gatedRig()
  rig.write('gate/open', '')
  await rig.runRecipe('--partition.num_of_partitions', '150')
  const many = statSync(readStatuses(rig.path('jobs', 'job', 'metadata', 'status'))[0].path).size
  await rig.runRecipe('--job_id', 'small', '--export_path', 'out/small.jsonl', '--partition.num_of_partitions', '2')
  const few = statSync(readStatuses(rig.path('jobs', 'small', 'metadata', 'status'))[0].path).size
  expect(Math.abs(many - few)).toBeLessThan(200)
  expect(many).toBeLessThan(64_000)
})

test('monitor --watch prints a line an interval where it is no terminal, and ends with the job', async () => {
  const rig = gatedRig()
  await startGated(rig)
  const monitor = rig.startWith(quickBeats, 'monitor', 'jobs/job', '--watch', '--interval', '0.05')
  await monitor.sees(/running, \d+ %/)
  rig.write('gate/open', '')
  const { code, stdout } = await monitor.ended
  expect(code).toBe(0)
  expect(stdout.trim().split('\n').at(-1)).toMatch(/completed, 100 %, 6\/6 partitions/)
})

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { JobUtils, showJobProgress } from '../../src/library/jobs.js'
import { provision } from '../provision.js'
import { JobRig } from '../rig-job.js'

const strace = provision('strace')
const main = resolve('dist', 'cli', 'main.js')

/** Calls of a job's processes that concern its folder, by name, and what they wrote there. */
interface Calls {
  readonly counts: Readonly<Record<string, number>>
  readonly total: number
  readonly bytesWritten: number
}

function makeRig(): JobRig {
  const rig = new JobRig()
  rig.writeLines(
    'data/a.jsonl',
    Array.from({ length: 1_200 }, (_, id) => ({ id, text: `a text that is long enough, number ${id % 900}` })),
  )
  rig.recipe({
    np: 1,
    process: ['clean_email_mapper', { text_length_filter: { min_len: 5 } }, 'document_deduplicator'],
    partition: { mode: 'manual', num_of_partitions: 12 },
    checkpoint: { strategy: 'every_op' },
  })
  return rig
}

/** Runs a job under strace, beside what is given. Beats come by the clock, and are put off, so that runs are alike however long they take. */
async function callsOf(rig: JobRig, beside: (isOver: () => boolean) => Promise<void>): Promise<Calls> {
  const log = rig.path('calls.log')
  const wanted =
    'trace=openat,read,pread64,write,pwrite64,writev,pwritev,fsync,fdatasync,rename,link,unlink,mkdir,ftruncate,flock,fcntl'
  const child = spawn(
    'strace',
    ['-f', '-qq', '-y', '-e', wanted, '-o', log, process.execPath, main, 'run', '--config', 'recipe.yaml', '-q'],
    {
      cwd: rig.folder,
      env: { ...process.env, PAWL_LEASE_BEAT_MS: '600000', UV_THREADPOOL_SIZE: '1' },
      stdio: 'ignore',
    },
  )
  let isOver = false
  const ended = new Promise<number | null>(done => child.once('close', done)).finally(() => {
    isOver = true
  })
  await beside(() => isOver)
  expect(await ended).toBe(0)
  return count(readFileSync(log, 'utf8'), rig.path('jobs'))
}

function count(log: string, folder: string): Calls {
  const counts: Record<string, number> = {}
  let bytesWritten = 0
  for (const line of wholeCalls(log)) {
    if (!line.includes(folder)) continue
    const name = /^\d+ +(\w+)\(/.exec(line)?.[1]
    // Calls on flags of a descriptor are none on the file.
    if (name === undefined || /F_[GS]ETF[DL]\b|F_DUPFD/.test(line)) continue
    counts[name] = (counts[name] ?? 0) + 1
    if (/^p?writev?/.test(name)) bytesWritten += Number(/ = (\d+)$/.exec(line)?.[1] ?? 0)
  }
  return { counts, total: Object.values(counts).reduce((sum, one) => sum + one, 0), bytesWritten }
}

/** A call during which another thread was at work stands in two lines, which belong together. */
function wholeCalls(log: string): string[] {
  const begun = new Map<string, string>()
  return log.split('\n').flatMap(line => {
    const [, thread, rest] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (rest === undefined) return []
    if (rest.endsWith('<unfinished ...>')) {
      begun.set(thread, line.slice(0, -'<unfinished ...>'.length))
      return []
    }
    const end = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1]
    return [end === undefined ? line : `${begun.get(thread) ?? ''}${end}`]
  })
}

/** Fifty monitors that look as often as they can, some of them at the events too; gives how often they looked. */
async function watchedBy(rig: JobRig, monitors: number, isOver: () => boolean): Promise<number> {
  const jobDir = join(rig.folder, 'jobs', 'job')
  const watch = async (number: number): Promise<number> => {
    let looks = 0
    while (!isOver()) {
      await new Promise(done => setImmediate(done))
      if (!existsSync(join(jobDir, 'metadata', 'recipe.json'))) continue
      showJobProgress(jobDir)
      if (number % 10 === 0) await new JobUtils(jobDir).loadEventLogs()
      looks++
    }
    return looks
  }
  return (await Promise.all(Array.from({ length: monitors }, (_, number) => watch(number)))).reduce((a, b) => a + b)
}

test.skipIf(!strace.isThere)(
  'a job does and writes the same with fifty monitors as with none, and locks nothing',
  {
    timeout: 60_000,
  },
  async () => {
    const [alone, watched] = [makeRig(), makeRig()]
    const without = await callsOf(alone, async () => {})
    let looks = 0
    const beside = await callsOf(watched, async isOver => {
      looks = await watchedBy(watched, 50, isOver)
    })
    expect(looks).toBeGreaterThan(500)
    expect(without.total).toBeGreaterThan(300)
    expect(Math.abs(beside.total / without.total - 1), JSON.stringify([without, beside])).toBeLessThan(0.01)
    expect(Math.abs(beside.bytesWritten / without.bytesWritten - 1)).toBeLessThan(0.01)
    for (const { counts } of [without, beside]) expect(counts).not.toHaveProperty('flock')
    for (const { counts } of [without, beside]) expect(counts).not.toHaveProperty('fcntl')
    expect(watched.read('out', 'result.jsonl')).toBe(alone.read('out', 'result.jsonl'))
  },
)

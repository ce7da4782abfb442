import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { JobUtils, showJobProgress } from '../../src/library/jobs.js'
import { provision } from '../provision.js'
import { JobRig } from '../rig-job.js'
import { quickBeats } from './gated-rig.js'

const monitors = 50

function makeRig(): JobRig {
  const rig = new JobRig()
  for (let file = 0; file < 8; file++)
    rig.writeLines(
      `data/part-${file}.jsonl`,
      Array.from({ length: 400 }, (_, id) => ({ id, text: `a text that is long enough, ${file} number ${id % 90}` })),
    )
  rig.recipe({
    np: 2,
    process: ['clean_email_mapper', { text_length_filter: { min_len: 5 } }, 'document_deduplicator'],
    partition: { mode: 'manual', num_of_partitions: 40 },
    checkpoint: { strategy: 'every_op' },
  })
  return rig
}

/** All files of a job with what they hold, but those that are of one moment. */
function manifest(folder: string): Record<string, string> {
  const found: Record<string, string> = {}
  const visit = (at: string): void => {
    for (const name of readdirSync(at)) {
      const path = join(at, name)
      if (statSync(path).isDirectory()) visit(path)
      else found[path] = `${statSync(path, { bigint: true }).mtimeNs} ${statSync(path).size}`
    }
  }
  visit(folder)
  return found
}

test('fifty monitors while a job runs, one as several processes: none ever sees what cannot be', {
  timeout: 120_000,
}, async () => {
  const rig = makeRig()
  const runs = [
    rig.startWith(quickBeats, 'run', '--config', 'recipe.yaml'),
    rig.startWith(quickBeats, 'run', '--config', 'recipe.yaml'),
  ]
  let isOver = false
  const ended = Promise.all(runs.map(run => run.ended)).then(ends => {
    isOver = true
    return ends
  })
  const states = new Set<string>()
  let looks = 0
  const watch = async (): Promise<void> => {
    let share = 0
    while (!isOver) {
      await delay(5)
      const folders = (() => {
        try {
          return readdirSync(rig.path('jobs'))
        } catch {
          return []
        }
      })()
      if (!folders.includes('job')) continue
      const view = (() => {
        try {
          return showJobProgress(rig.path('jobs', 'job'))
        } catch (error) {
          // Before the recipe is on record there is no job.
          expect((error as Error).message).toMatch(/no job/)
          return undefined
        }
      })()
      if (view === undefined) continue
      looks++
      states.add(view.state)
      expect(view.partitionsDone).toBeLessThanOrEqual(Math.max(view.partitionsTotal, 40))
      expect(view.share ?? 0).toBeLessThanOrEqual(1)
      expect(view.share ?? 0).toBeGreaterThanOrEqual(0)
      expect(view.kept).toBeLessThanOrEqual(3_200)
      share = Math.max(share, view.share ?? 0)
      if (looks % 40 === 0) {
        const events = await new JobUtils(rig.path('jobs', 'job')).loadEventLogs()
        for (const event of events) expect(event).toMatchObject({ job_id: 'job', event_type: expect.any(String) })
      }
    }
  }
  await Promise.all(Array.from({ length: monitors }, watch))
  for (const { code, stderr } of await ended) expect([code, stderr]).toEqual([0, ''])
  expect(looks).toBeGreaterThan(monitors)
  expect([...states].every(state => ['running', 'completed', 'lost', 'stopped'].includes(state))).toBe(true)
  expect(showJobProgress(rig.path('jobs', 'job'))).toMatchObject({ state: 'completed', share: 1 })
  expect(rig.exportedRows()).toHaveLength(720)
})

const strace = provision('strace')

test.skipIf(!strace.isThere)(
  'a monitor writes nothing and takes no lock, and reads little whatever the number of partitions',
  async () => {
    const rig = makeRig()
    expect((await rig.runRecipe()).code).toBe(0)
    const before = manifest(rig.path('jobs'))
    const log = rig.path('monitor.log')
    const main = join(process.cwd(), 'dist/cli/main.js')
    const { status } = spawnSync(
      'strace',
      [
        '-f',
        '-y',
        '-e',
        'trace=read,pread64,write,pwrite64,openat,unlink,rename,link,flock',
        '-o',
        log,
        process.execPath,
        main,
        'monitor',
        rig.path('jobs', 'job'),
      ],
      { encoding: 'utf8' },
    )
    expect(status).toBe(0)
    expect(manifest(rig.path('jobs'))).toEqual(before)
    const lines = readFileSync(log, 'utf8')
      .split('\n')
      .filter(line => line.includes(rig.path('jobs')))
    expect(
      lines.filter(
        line => /(write|pwrite64|unlink|rename|link|flock)\(/.test(line) || /openat.*O_(WRONLY|RDWR|CREAT)/.test(line),
      ),
    ).toEqual([])
    const bytes = lines.reduce(
      (sum, line) =>
        sum + (/(?:read|pread64)\(.* = (\d+)$/.exec(line) === null ? 0 : Number(/= (\d+)$/.exec(line)?.[1])),
      0,
    )
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThanOrEqual(64_000)
  },
)

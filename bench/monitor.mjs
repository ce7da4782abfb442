// What the job tools read of a job's folder, in bytes, for 10 and for 100,000 partitions (or as many as are given), while the
// job runs and once it was stopped; counted by strace. Takes about two minutes; a job of that many is not run to its end.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { main, makeFolder } from './shared.mjs'

const folder = makeFolder()
const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') }
const many = Number(process.argv[2] ?? 100_000)
const bar = 64_000
const tools = {
  monitor: ['monitor'],
  detailed: ['monitor', '--detailed'],
  json: ['monitor', '--json'],
  stop: ['stop', '--list'],
}

/** Starts a job that is busy for longer than this looks at it. */
function startJob(id, partitions) {
  mkdirSync(join(folder, id))
  const lines = Array.from({ length: 200_000 }, (_, n) => `${JSON.stringify({ id: n, text: `row ${n}` })}\n`)
  writeFileSync(join(folder, id, 'a.jsonl'), lines.join(''))
  const recipe = {
    ...{ dataset_path: id, export_path: `out/${id}.jsonl`, work_dir: 'jobs', job_id: id, np: 1 },
    ...{ partition: { mode: 'manual', num_of_partitions: partitions }, process: ['text_length_filter'] },
    checkpoint: { strategy: 'every_op' },
  }
  writeFileSync(join(folder, `${id}.yaml`), JSON.stringify(recipe))
  return spawn(process.execPath, [main, 'run', '--config', `${id}.yaml`, '--quiet'], {
    cwd: folder,
    env,
    stdio: 'ignore',
  })
}

const look = id =>
  JSON.parse(spawnSync(process.execPath, [main, 'monitor', join(folder, 'jobs', id), '--json'], { env }).stdout)

/** Bytes that a tool reads below the folder of a job. */
function bytesRead(id, [tool, ...args]) {
  const log = join(folder, 'calls')
  const calls = ['-f', '-y', '-e', 'trace=read,pread64,readv,preadv,getdents64', '-o', log]
  const job = join(folder, 'jobs', id)
  const { status, stderr } = spawnSync('strace', [...calls, process.execPath, main, tool, job, ...args], {
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${tool}: ${stderr}`)
  let bytes = 0
  for (const line of readFileSync(log, 'utf8').split('\n'))
    if (line.includes(`<${job}`)) bytes += Number(/ = (\d+)$/.exec(line)?.[1] ?? 0)
  return bytes
}

const readBy = id => Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, bytesRead(id, tool)]))

async function measure(id, partitions) {
  const job = startJob(id, partitions)
  const ended = new Promise(done => job.once('close', done))
  for (;;) {
    await delay(500)
    const view = spawnSync(process.execPath, [main, 'monitor', join(folder, 'jobs', id), '--json'], { env })
    if (view.status === 0 && JSON.parse(view.stdout).partitions_total === partitions) break
    if (job.exitCode !== null) break
  }
  const running = readBy(id)
  job.kill('SIGINT')
  await ended
  const { state, partitions_total } = look(id)
  return { partitions: partitions_total, running, [state]: readBy(id) }
}

const few = await measure('few', 10)
const most = await measure('many', many)
const worst = Math.max(
  ...Object.values(most).flatMap(figures => (typeof figures === 'object' ? Object.values(figures) : [])),
)
console.log(JSON.stringify({ bench: 'monitor', few, many: most, worst_bytes: worst, bar_bytes: bar }))
if (worst > bar) process.exitCode = 1

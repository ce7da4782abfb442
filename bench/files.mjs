// A job over many small files: how long `pawl plan` takes, a run until its cut is pinned, and the same again where one file
// was added; the memory of each, and what the job keeps of its files on disk.
// Options: how many files (1000000).
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { main, makeFolder } from './shared.mjs'

const count = Number(process.argv[2] ?? 1_000_000)
const inFolder = 1000
const folder = makeFolder()
const pathOf = id => {
  const name = String(id).padStart(8, '0')
  return join(folder, 'data', name.slice(0, 5), `part-${name}.jsonl`)
}

/** 50 bytes with the line end. */
const textOf = id => `{"text":"a short text, its number is ${String(id).padStart(8, '0')} ."}\n`

const writing = performance.now()
for (let id = 0; id < count; id++) {
  if (id % inFolder === 0) mkdirSync(join(pathOf(id), '..'), { recursive: true })
  writeFileSync(pathOf(id), textOf(id))
}
const written_s = seconds(performance.now() - writing)

const recipe = join(folder, 'recipe.yaml')
const job = join(folder, 'jobs', 'files')
writeFileSync(
  recipe,
  JSON.stringify({
    ...{ dataset_path: join(folder, 'data'), export_path: join(folder, 'out', 'result.jsonl') },
    ...{ work_dir: join(folder, 'jobs'), job_id: 'files', np: 1, process: ['text_length_filter'] },
  }),
)

function seconds(ms) {
  return Number((ms / 1000).toFixed(1))
}

/** What the system says was the most memory of a process; of one that is gone, nothing. */
function peakMb(pid) {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000)
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error
    return 0
  }
}

const epochs = () => (existsSync(join(job, 'metadata', 'epochs')) ? readdirSync(join(job, 'metadata', 'epochs')) : [])

/** Runs a command to its end, or until it is killed as `isDone` says so. */
async function time(args, isDone = () => false) {
  const started = performance.now()
  const child = spawn(process.execPath, [main, ...args, '--config', recipe], { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise(done => child.once('close', done))
  let peak = 0
  while (child.exitCode === null && !isDone()) {
    peak = Math.max(peak, peakMb(child.pid))
    await Promise.race([ended, delay(20)])
  }
  const ms = performance.now() - started
  const isCut = child.exitCode === null
  if (isCut) child.kill('SIGKILL')
  await ended
  if (!isCut && child.exitCode !== 0) throw new Error(`pawl ${args.join(' ')} ended with ${child.exitCode}`)
  return { s: seconds(ms), peak_mb: peak }
}

async function runToPin() {
  const before = epochs().join()
  return time(['run', '--quiet'], () => epochs().some(name => /^\d+$/.test(name)) && epochs().join() !== before)
}

const plan = await time(['plan'])
const pin = await runToPin()
const kept = ['partitions/cut.jsonl', 'metadata/recipe.json', 'dag_execution_plan.json']
const kept_mb = Object.fromEntries(kept.map(name => [name, Number((statSync(join(job, name)).size / 1e6).toFixed(2))]))
// In the middle of all.
writeFileSync(pathOf(Math.floor(count / 2)).replace('.jsonl', '-and.jsonl'), textOf(count))
const added = await time(['plan'])
const pinnedAgain = await runToPin()
console.log(
  JSON.stringify({
    bench: 'files',
    files: count,
    written_s,
    plan,
    bar_plan: { s: 60, peak_mb: 1000 },
    run_to_pin: pin,
    plan_one_added: added,
    run_to_pin_one_added: pinnedAgain,
    bar_one_added_s: 20,
    kept_mb,
  }),
)

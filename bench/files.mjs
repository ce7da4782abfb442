// What many small files cost before any work begins, for a million files of 50 bytes (or as many as are given): `pawl plan`
// of them, a run until it has pinned its cut and begun, the plan again, and with one file more. Seconds and MB. Making the files
// takes about a minute, and 4 GB of blocks.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { main, makeFolder, timeCommand } from './shared.mjs'

const count = Number(process.argv[2] ?? 1_000_000)
const bars = { plan_s: 60, plan_mb: 1000, recut_s: 20 }
const folder = makeFolder()
const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') }
const path = number => join(folder, 'data', String(Math.floor(number / 1000)), `${number}.jsonl`)

function makeFiles() {
  for (let number = 0; number < count; number++) {
    if (number % 1000 === 0) mkdirSync(join(path(number), '..'), { recursive: true })
    writeFileSync(path(number), `${JSON.stringify({ id: number, text: 'a text of some words' })}\n`.padStart(50))
  }
}

async function plan() {
  const { ms, peakSelfMb } = await timeCommand(process.execPath, [main, 'plan', '--config', 'recipe.yaml', '--json'], {
    cwd: folder,
    env,
  })
  return { s: Number((ms / 1000).toFixed(1)), mb: Math.round(peakSelfMb) }
}

/** Starts the job and ends it as soon as its first unit is done. */
async function begin() {
  const job = join(folder, 'jobs', 'files')
  const started = performance.now()
  const child = spawn(process.execPath, [main, 'run', '--config', 'recipe.yaml', '--quiet'], {
    ...{ cwd: folder, env, stdio: 'ignore' },
  })
  const ended = once(child, 'exit')
  const hasBegun = () => existsSync(join(job, 'checkpoints')) && readdirSync(join(job, 'checkpoints')).length > 0
  while (child.exitCode === null && !hasBegun()) await delay(50)
  const begun_s = Number(((performance.now() - started) / 1000).toFixed(1))
  child.kill('SIGKILL')
  await ended
  const files = readdirSync(job, { recursive: true }).filter(name => /\.jsonl?$/.test(name))
  const sizes = files.map(name => [name, Number((statSync(join(job, name)).size / 1e6).toFixed(1))])
  return { begun_s, largest_mb: Object.fromEntries(sizes.sort((a, b) => b[1] - a[1]).slice(0, 4)) }
}

makeFiles()
writeFileSync(
  join(folder, 'recipe.yaml'),
  JSON.stringify({
    ...{ dataset_path: 'data', export_path: 'out/result.jsonl', work_dir: 'jobs', job_id: 'files', np: 2 },
    ...{ process: [{ text_length_filter: { min_len: 1 } }], checkpoint: { strategy: 'every_op' } },
    partition: { mode: 'manual', num_of_partitions: Math.max(1, Math.round(count / 1000)) },
  }),
)
const first = await plan()
const run = await begin()
const again = await plan()
writeFileSync(path(count - 1).replace(/\.jsonl$/, '-more.jsonl'), '{"text":"one file more"}\n')
const more = await plan()
console.log(JSON.stringify({ files: count, plan: first, run, again, one_file_more: more, bars }, null, 2))

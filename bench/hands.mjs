// Several processes on one job, over the quickstart recipe and a corpus of JSONL files (300 MB or more):
// two processes with one worker each against one with two, best of two each; the bar is 0.95 of its speed. Then eight
// processes with one worker each, of which three are killed on the way: units that were begun again beyond those that
// the three had in hand; the bar is none. Outputs are compared byte by byte.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { clear, main, makeFolder, openCorpus, quickstartOperators } from './shared.mjs'

const corpus = openCorpus(process.argv[2])
const folder = makeFolder()
const recipe = {
  ...{ dataset_path: process.argv[2], export_path: 'out/result.jsonl', work_dir: 'jobs', job_id: 'hands' },
  ...{ partition: { mode: 'manual', num_of_partitions: 64 }, process: quickstartOperators },
}
writeFileSync(join(folder, 'recipe.yaml'), JSON.stringify(recipe))

function start(np) {
  const args = [main, 'run', '--config', 'recipe.yaml', '--np', String(np), '--quiet']
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise(done => child.once('close', (code, signal) => done({ code, signal })))
  return { child, ended }
}

async function timeAll(counts) {
  clear(folder)
  const started = performance.now()
  const ends = await Promise.all(counts.map(np => start(np).ended))
  if (ends.some(({ code }) => code !== 0)) throw new Error(`ended with ${JSON.stringify(ends)}`)
  return { ms: performance.now() - started, digest: await digestOf(join(folder, 'out', 'result.jsonl')) }
}

async function digestOf(path) {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

function events() {
  const job = join(folder, 'jobs', 'hands')
  if (!existsSync(job)) return []
  const logs = readdirSync(job).filter(name => name.startsWith('events_'))
  return logs.flatMap(name =>
    readFileSync(join(job, name), 'utf8')
      .split('\n')
      .flatMap(line => (line.endsWith('}') ? [JSON.parse(line)] : [])),
  )
}

/** Units as they were started; what was started more than once was redone. */
function startsOf(all) {
  const starts = all.filter(({ event_type }) => event_type === 'partition_start')
  return starts.map(({ partition, from_op, to_op }) => `${partition} ${from_op} ${to_op}`)
}

async function killThree() {
  clear(folder)
  const hands = Array.from({ length: 8 }, () => start(1))
  const total = recipe.partition.num_of_partitions
  for (const [killed, share] of [0.2, 0.4, 0.6].entries()) {
    while (startsOf(events()).length < total * share) await delay(200)
    hands[killed].child.kill('SIGKILL')
  }
  const ends = await Promise.all(hands.map(({ ended }) => ended))
  if (ends.slice(3).some(({ code }) => code !== 0)) throw new Error(`ended with ${JSON.stringify(ends)}`)
  const starts = startsOf(events())
  return { redone: starts.length - new Set(starts).size, digest: await digestOf(join(folder, 'out', 'result.jsonl')) }
}

const alone = [await timeAll([2]), await timeAll([2])]
const two = [await timeAll([1, 1]), await timeAll([1, 1])]
const killed = await killThree()
const best = runs => Math.min(...runs.map(({ ms }) => ms))
const ratio = Number((best(alone) / best(two)).toFixed(3))
const isSame = new Set([...alone, ...two, killed].map(({ digest }) => digest)).size === 1
console.log(
  JSON.stringify({
    ...{ bench: 'hands', corpus_mb: Math.round(corpus.bytes / 1e6), alone_s: best(alone) / 1000 },
    ...{ two_s: best(two) / 1000, ratio, bar: 0.95, killed: 3, redone: killed.redone, redone_bar: 3, isSame },
  }),
)
if (ratio < 0.95 || killed.redone > 3 || !isSame) process.exitCode = 1

import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EventBody } from '../../../src/core/events.js'
import type * as Pawl from '../../../src/index.js'
import { randomFrom } from '../dataset.js'
import {
  type Change,
  damage,
  editData,
  editExport,
  editKey,
  editOperators,
  firstProcess,
  loseExport,
  makeLines,
  moveExport,
  pick,
  type Random,
} from './steps.js'
import { type LoggedEvent, World } from './world.js'

/** What went wrong in a history, with the way there. */
export interface Finding {
  readonly history: number
  readonly problem: string
  readonly steps: readonly string[]
}

interface Ran {
  readonly error: Error | undefined
  readonly starts: readonly string[]
}

/**
 * Plays one random history of a job: edits of recipe and data, kills at random write steps, damage to its files; after
 * each it is run again, and its result is held against an oracle, its work against what the design allows, and the
 * user's own files against what they were. The same seed and number are the same history.
 */
export async function playHistory(dist: string, seed: number, history: number): Promise<Finding | undefined> {
  const random = randomFrom(seed * 100_003 + history)
  const world = new World()
  const steps: string[] = []
  try {
    const pawl = (await import(pathToFileURL(resolve(dist, 'index.js')).href)) as typeof Pawl
    begin(world, random)
    for (let step = 0; step < 4; step++) {
      const change: Change = step === 0 ? { name: 'begin', reuse: 'none' } : nextChange(world, random)
      steps.push(change.name)
      world.putMine()
      world.notePut()
      const kills = random() < 0.25 ? 1 : 0
      const before = world.logged()
      for (let kill = 0; kill < kills; kill++) {
        const at = `${pick(random, ['coordinator', 'coordinator', 'worker'])}:${1 + Math.floor(random() ** 2 * 60)}`
        steps.push(`killed at ${at}`)
        const code = await runKilled(dist, world, at)
        // A run that only lost workers, and ended as if it had not, leaves nothing of them either.
        const left = code === 0 ? world.leftovers() : []
        if (left.length > 0) return { history, problem: `left behind by lost workers: ${left.join(', ')}`, steps }
      }
      const ran = await run(pawl, world)
      const logged = world.logged().slice(before.length)
      const problem = judge(world, { change, ran, logged, kills })
      if (problem !== undefined) return { history, problem, steps }
    }
    const again = await run(pawl, world)
    if (again.starts.length > 0) return { history, problem: `a complete job ran ${again.starts.join(', ')}`, steps }
    return undefined
  } finally {
    world.remove()
  }
}

function begin(world: World, random: Random): void {
  world.process = firstProcess(random)
  if (random() < 0.5) world.settings['on_error'] = 'skip'
  if (random() < 0.5) world.settings['partition.num_of_partitions'] = pick(random, [1, 2])
  const files = 2 + Math.floor(random() * 3)
  for (let n = 0; n < files; n++)
    world.writeData(`${'bdfh'[n]}0.jsonl${random() < 0.2 ? '.gz' : ''}`, makeLines(random))
}

function nextChange(world: World, random: Random): Change {
  const kind = random()
  if (kind < 0.3) return editKey(world, random)
  if (kind < 0.5) return editOperators(world, random)
  if (kind < 0.72) return editData(world, random)
  if (kind < 0.88) return damage(world, random)
  if (kind < 0.94) return moveExport(world, random)
  return kind < 0.97 ? editExport(world, random) : loseExport(world)
}

async function run(pawl: typeof Pawl, world: World): Promise<Ran> {
  const starts: string[] = []
  const onEvent = (event: EventBody) => {
    if (event.event_type === 'partition_start') starts.push(`${event.partition} ${event.from_op}-${event.to_op}`)
  }
  try {
    await pawl.runRecipe(world.writeRecipe(), { onEvent })
    return { error: undefined, starts }
  } catch (error) {
    return { error: error as Error, starts }
  }
}

const hook = pathToFileURL(resolve('test', 'crash', 'kill-at.mjs')).href

/** Runs the program until it is killed, or ends; the exit code, if it came to that. */
async function runKilled(dist: string, world: World, at: string): Promise<number | null> {
  const args = [resolve(dist, 'cli', 'main.js'), 'run', '--config', world.writeRecipe(), '-q']
  const env = { ...process.env, NODE_OPTIONS: `--import ${hook}`, PAWL_KILL_AT: at, UV_THREADPOOL_SIZE: '1' }
  const child = spawn(process.execPath, args, { cwd: world.folder, env, stdio: 'ignore' })
  return new Promise(done => child.once('close', done))
}

interface Case {
  readonly change: Change
  readonly ran: Ran
  /** What all processes of the step wrote to the event log, as far as that is on. */
  readonly logged: readonly LoggedEvent[]
  readonly kills: number
}

/** What is wrong after a run; undefined where all is as it should be. */
function judge(world: World, { change, ran, logged, kills }: Case): string | undefined {
  if (ran.error !== undefined) return `it ended with ${ran.error.stack}`
  const { bytes, setAside } = world.expected()
  const exported = world.exported()
  if (exported === undefined || !exported.equals(bytes)) return 'the export is not what it should be'
  const wanted = world.settings['on_error'] === 'skip' ? 0 : setAside
  if (world.quarantined() !== wanted) return `${world.quarantined()} samples in quarantine, ${wanted} expected`
  const harmed = world.harmed()
  if (harmed.length > 0) return `files of the user were touched: ${harmed.join(', ')}`
  const lost = world.lostEdits()
  if (lost.length > 0) return `an edited export was not set aside: ${lost.join(', ')}`
  const left = world.leftovers()
  if (left.length > 0) return `left behind: ${left.join(', ')}`
  if (world.isDamaged) return undefined
  if (change.reuse === 'all' && kills === 0 && ran.starts.length > 0)
    return `nothing was to be redone, but ${ran.starts.join(', ')}`
  return overdone(world, logged, kills)
}

/** A unit is started again for each worker that was lost, and those that were in flight at a kill of the whole; no other. */
function overdone(world: World, logged: readonly LoggedEvent[], kills: number): string | undefined {
  const starts = logged.filter(({ event_type }) => event_type === 'partition_start')
  const units = new Set(starts.map(({ partition, from_op, to_op }) => `${partition} ${from_op} ${to_op}`))
  const lost = logged.filter(({ event_type }) => event_type === 'worker_lost').length
  const allowed = kills * Number(world.settings['np']) + lost
  const redone = starts.length - units.size
  return redone > allowed ? `${redone} units were redone after ${kills} kills and ${lost} lost workers` : undefined
}

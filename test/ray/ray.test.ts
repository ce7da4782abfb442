import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rayPython } from '../../scripts/provision-python.mjs'
import { raySchema } from '../../src/config/ray-schema.js'
import type { JobSpec } from '../../src/core/work-unit.js'
import { examine } from '../../src/doctor/examine.js'
import { RayExecutor } from '../../src/execution/ray/ray-executor.js'
import type { RaySettings } from '../../src/execution/ray/ray-settings.js'
import { newWriter } from '../../src/util/staging.js'
import { randomFrom } from '../crash/dataset.js'
import { crashSeed } from '../crash/seed.js'
import { drawing, runsAll } from '../drawn.js'
import { describeExecutor } from '../execution/executor-contract.js'
import { PipelineRig, pawl } from '../pipeline/rig.js'
import { processes, textIfThere } from '../processes.js'
import { provision } from '../provision.js'
import { Lab } from '../safety/lab.js'
import { RayCluster } from './cluster.js'

const { isThere } = provision('ray')
const itDrawn = drawing(3)

describe.skipIf(!isThere)('on a cluster of two raylets', () => {
  let cluster: RayCluster

  beforeAll(async () => {
    process.env['PAWL_RAY_PYTHON'] = rayPython
    cluster = await RayCluster.start(2)
  })
  // Whatever others have ended, or left to others to bring back.
  beforeEach(() => cluster.fill(2))
  afterAll(() => cluster[Symbol.asyncDispose]())

  const settings = ({ jobDir }: JobSpec, workers: number): Omit<RaySettings, 'onWarning'> => ({
    address: cluster.address,
    placement: {
      ...{ num_cpus_per_worker: 1, memory_per_worker_mb: null, resources: {}, runtime_env: {} },
      ...{ placement: 'spread', min_workers: workers, max_workers: null },
    },
    ...{ workers, stallMs: 60_000, memoryBytes: 1e9, logFolder: join(jobDir, 'logs') },
  })

  describeExecutor({
    name: 'the Ray',
    share: 4,
    open: (job, slots) => new RayExecutor(job, { ...settings(job, slots), onWarning: () => {} }),
    module: (job, slots) => `
import { RayExecutor } from ${JSON.stringify(resolve('dist/tooling.js'))}
export const open = job => new RayExecutor(job, { ...${JSON.stringify(settings(job, slots))}, onWarning() {} })
`,
    hasWorkers: pid => processes().some(({ command }) => command.at(-1) === String(pid)),
  })

  /** The same in another place: what a run on this machine gives. */
  async function localResult(texts: readonly string[]): Promise<string> {
    const lab = new Lab()
    lab.write('told', '')
    writeInput(lab, texts)
    const { error } = await lab.run(recipeOf(lab))
    expect(error).toBeUndefined()
    return lab.read('out/result.jsonl')
  }

  const onRay = (lab: Lab) => ({ ...recipeOf(lab), executor_type: 'ray_partitioned', ray_address: cluster.address })

  const victims = {
    'the Node worker': (worker: number) => worker,
    'the process of the actor': parentOf,
    'the driver': () => driverOf(process.pid),
    'the raylet': (worker: number) => parentOf(parentOf(worker)),
  }

  it.each(Object.entries(victims))('finishes a job whose unit lost %s, as if nothing had been', async (_, victimOf) => {
    const lab = new Lab()
    writeInput(lab, ['tell'])
    const running = lab.run(onRay(lab))
    const worker = await told(lab)
    const killed = performance.now()
    process.kill(victimOf(worker), 'SIGKILL')
    const { error, events } = await running
    expect(error).toBeUndefined()
    expect(performance.now() - killed).toBeLessThan(30_000)
    expect(events.filter(({ event_type }) => event_type === 'unit_retried').length).toBeGreaterThan(0)
    expect(lab.read('out/result.jsonl')).toBe(await localResult(['tell']))
  })

  itDrawn('begins with the workers that there are, and grows with the cluster', async () => {
    // One raylet is left of two; the first unit waits for what only a second worker does.
    cluster.killNode()
    const lab = new Lab()
    writeInput(lab, ['wait', 'tell on'])
    const running = lab.run(onRay(lab))
    await told(lab, 'waits')
    await cluster.addNode()
    expect((await running).error).toBeUndefined()
    expect(lab.texts()).toContain('wait')
  })

  itDrawn(
    'runs a unit that takes far longer than others at a free place as well, and takes what is done first',
    async () => {
      const lab = new Lab()
      writeInput(lab, ['tell'])
      process.env['PAWL_STRAGGLER_MS'] = '1000'
      try {
        const { error, events } = await lab.run({ ...onRay(lab), np: 2 })
        expect(error).toBeUndefined()
        const kinds = events.map(({ event_type }) => event_type)
        expect(kinds).toContain('unit_duplicated')
        expect(kinds).not.toContain('worker_lost')
      } finally {
        delete process.env['PAWL_STRAGGLER_MS']
      }
      expect(lab.read('out/result.jsonl')).toBe(await localResult(['tell']))
      const leftovers = readdirSync(lab.folder, { recursive: true, encoding: 'utf8' })
      expect(leftovers.filter(name => name.includes('.pawl-tmp-'))).toEqual([])
    },
  )

  itDrawn('goes on with a job that was killed on this machine, and the other way round', async () => {
    const results: string[] = []
    for (const isRayFirst of [true, false]) {
      const lab = new Lab()
      writeInput(lab, ['tell'])
      const recipes = [recipeOf(lab), onRay(lab)]
      const [first, second] = isRayFirst ? recipes.reverse() : recipes
      const coordinator = startRun(lab, first)
      await told(lab)
      coordinator.kill('SIGKILL')
      await once(coordinator, 'exit')
      expect((await lab.run(second)).error).toBeUndefined()
      results.push(lab.read('out/result.jsonl'))
    }
    expect(new Set([...results, await localResult(['tell'])]).size).toBe(1)
  })

  it.each(drawKills())('is killed at any point: %s at checkpoint %i', async (victim, checkpoints) => {
    const texts = Array.from({ length: 400 }, (_, n) => `row ${n % 300} ${'of many '.repeat(n)}`)
    const lab = new Lab()
    const recipe = { process: ['whitespace_normalization_mapper', 'document_deduplicator', 'clean_links_mapper'] }
    const partition = { mode: 'manual', num_of_partitions: 8 }
    lab.writeTexts('data/rows.jsonl', texts)
    const onCluster = { ...recipe, partition, executor_type: 'ray_partitioned', ray_address: cluster.address }
    const coordinator = startRun(lab, onCluster)
    const ended = once(coordinator, 'exit')
    const pid = coordinator.pid as number
    const isThere = () => (victim === 'coordinator' ? pid : findVictim(victim, pid))
    while (coordinator.exitCode === null && (checkpointsOf(lab) < checkpoints || isThere() === undefined))
      await delay(5)
    const found = coordinator.exitCode === null ? isThere() : undefined
    if (found !== undefined) process.kill(found, 'SIGKILL')
    const [code] = await ended
    if (victim !== 'coordinator') expect(code).toBe(0)
    else expect((await lab.run(onCluster)).error).toBeUndefined()
    const alone = new Lab()
    alone.writeTexts('data/rows.jsonl', texts)
    await alone.run({ ...recipe, partition })
    expect(lab.read('out/result.jsonl')).toBe(alone.read('out/result.jsonl'))
  })

  itDrawn('runs pipelines, with the same output', async () => {
    const rig = new PipelineRig()
    for (const file of ['a', 'b', 'c']) rig.writeDocuments(`in/${file}.jsonl`, 20)
    const outputs: string[][] = []
    for (const options of [{}, { executor: 'ray', rayAddress: cluster.address, ray: { maxWorkers: 2 } } as const]) {
      const name = `out${outputs.length}`
      const { complete } = await new pawl.Pipeline({ name: 'words' })
        .addStage(new pawl.JsonlReader({ filePaths: rig.path('in') }))
        .addStage(new pawl.ScoreFilter(new pawl.WordCountFilter({ minWords: 5 })))
        .addStage(new pawl.JsonlWriter({ path: rig.path(name) }))
        .run({ checkpointPath: rig.path(`state-${name}`), ...options })
      expect(complete).toBe(3)
      outputs.push(readdirSync(rig.path(name)).map(file => `${file}: ${readFileSync(rig.path(name, file), 'utf8')}`))
    }
    expect(outputs[1]).toEqual(outputs[0])
  })

  itDrawn('is submitted into the cluster, and seen from outside through its folder', async () => {
    const lab = new Lab()
    writeInput(lab, [])
    lab.write('recipe.yaml', JSON.stringify({ ...placesOf(), ...recipeOf(lab), np: 1 }))
    const submit = ['ray', 'submit', '--config', 'recipe.yaml', '--address', cluster.dashboard, '--json']
    const submitted = spawnSync(process.execPath, [resolve('dist/cli/main.js'), ...submit], {
      ...{ cwd: lab.folder, encoding: 'utf8' },
    })
    expect(submitted.stderr).toBe('')
    const { job_dir } = JSON.parse(submitted.stdout) as { job_dir: string }
    expect(job_dir).toBe(lab.path('jobs', 'job'))
    const summary = () => (existsSync(join(job_dir, 'job_summary.json')) ? lab.read('jobs/job/job_summary.json') : '{}')
    while (!['completed', 'failed'].includes(String(JSON.parse(summary()).status))) await delay(50)
    expect(JSON.parse(summary())).toMatchObject({ status: 'completed', executor_type: 'ray_partitioned' })
    expect(lab.read('out/result.jsonl')).toBe(await localResult([]))
  })

  itDrawn('says so where the cluster has no room for a worker for too long', async () => {
    const lab = new Lab()
    lab.write('job/logs/none', '')
    const job = { jobDir: lab.path('job'), writer: newWriter() } as JobSpec
    const { placement, ...rest } = settings(job, 1)
    const warnings: string[] = []
    await using executor = new RayExecutor(job, {
      ...{ ...rest, placement: { ...placement, resources: { nobody_has_it: 1 } }, patienceMs: 3_000 },
      onWarning: message => warnings.push(message),
    })
    const began = performance.now()
    await expect(executor.acquire(new AbortController().signal)).rejects.toMatchObject({
      code: 'ray_no_room',
      message: expect.stringContaining('num_cpus_per_worker, memory_per_worker_mb and resources under ray'),
    })
    expect(performance.now() - began).toBeLessThan(30_000)
    expect(warnings.join('\n')).toContain('Workers run on the Ray cluster')
  })

  // Each time that it is tried again takes seconds.
  if (runsAll)
    it('sets the sample aside that takes more memory than a worker may, as on one machine', async () => {
      const outcomes = []
      for (const isOnRay of [true, false]) {
        const lab = new Lab()
        writeInput(lab, ['', 'grow'])
        const recipe = { ...(isOnRay ? onRay(lab) : recipeOf(lab)), worker: { memory_mb: 400, retry_delay_s: 0.01 } }
        const { error, events } = await lab.run(recipe)
        expect(error).toBeUndefined()
        const lost = events.filter(event => event.event_type === 'worker_lost')
        expect(lost.length).toBeGreaterThan(0)
        outcomes.push({
          result: lab.read('out/result.jsonl'),
          aside: lab.read('jobs/job/quarantine/quarantine.jsonl').split('\n').length - 1,
        })
      }
      expect(outcomes[0]).toEqual(outcomes[1])
      expect(outcomes[0].aside).toBe(1)
    })

  // Ray itself is given a minute to bring a head back.
  if (runsAll)
    it('ends in order, and can be gone on with, where the head dies and stays dead', async () => {
      const doomed = await RayCluster.start(1)
      const lab = new Lab()
      writeInput(lab, ['tell'])
      const running = lab.run({ ...recipeOf(lab), executor_type: 'ray_partitioned', ray_address: doomed.address })
      await told(lab)
      const began = performance.now()
      doomed.killHead()
      const { error } = await running
      expect(performance.now() - began).toBeLessThan(120_000)
      expect(error).toMatchObject({ code: expect.stringMatching(/^(head_lost|no_cluster|ray_lost)$/) })
      await doomed[Symbol.asyncDispose]()
      expect((await lab.run(recipeOf(lab))).error).toBeUndefined()
      expect(lab.read('out/result.jsonl')).toBe(await localResult(['tell']))
    })

  it('is looked at by pawl doctor, node by node', async () => {
    const lab = new Lab()
    const { findings, isFit } = await examine(lab.folder, { address: cluster.address, placement: raySchema.parse({}) })
    const found = findings.filter(({ what }) => /^(Ray|node )/.test(what))
    expect(found.map(({ what }) => what.split(' ')[0])).toEqual(expect.arrayContaining(['Ray', 'node']))
    expect(found.map(({ verdict }) => verdict)).not.toContain('failure')
    expect(isFit).toBe(true)
    expect(readdirSync(lab.folder)).toEqual([])
  })

  it('refuses before it begins what cannot be: other versions, a cluster that is not there, no Ray', async () => {
    const lab = new Lab()
    writeInput(lab, ['tell'])
    const elsewhere = { runtime_env: { env_vars: { PAWL_HOME: lab.folder } } }
    expect((await lab.run({ ...onRay(lab), ray: elsewhere })).error).toMatchObject({ code: 'ray_unfit' })
    const dead = await lab.run({ ...onRay(lab), ray_address: '127.0.0.1:1' })
    expect(dead.error).toMatchObject({ code: 'no_cluster' })
    expect(dead.error?.message).toContain('nothing answers at 127.0.0.1:1')
    process.env['PAWL_RAY_PYTHON'] = join(lab.folder, 'python')
    try {
      expect((await lab.run(onRay(lab))).error).toMatchObject({ code: 'no_ray' })
    } finally {
      process.env['PAWL_RAY_PYTHON'] = rayPython
    }
    expect(existsSync(lab.path('out/result.jsonl'))).toBe(false)
  })
})

/** A mapper that lets a test know where it is at, once. */
const telling = (folder: string) => `
import { existsSync, writeFileSync } from 'node:fs'
import { defineMapper } from 'pawl'
const place = ${JSON.stringify(folder)} + '/'
const forever = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
const write = name => writeFileSync(place + name, String(process.pid))
export default defineMapper({ name: 'telling_mapper', summary: 'Tells.', params: {}, create: (_, { textKey }) => ({
  map(sample) {
    const text = sample.text(textKey)
    if (text === 'tell' && !existsSync(place + 'told')) { write('told'); forever() }
    if (text === 'grow') for (const all = []; ; ) all.push(Buffer.alloc(1 << 24, 1))
    if (text === 'tell on') write('on')
    if (text === 'wait') { write('waits'); while (!existsSync(place + 'on')); }
  },
}) })
`

function recipeOf(lab: Lab): Record<string, unknown> {
  return {
    custom_operator_paths: lab.path('telling.mjs'),
    process: ['telling_mapper', 'document_deduplicator', { text_length_filter: { min_len: 3 } }],
    partition: { mode: 'manual', num_of_partitions: 4 },
  }
}

function writeInput(lab: Lab, texts: readonly string[]): void {
  lab.write('telling.mjs', telling(lab.folder))
  for (const [index, text] of ['one', 'two', 'three', 'four'].entries())
    lab.writeTexts(`data/${index}.jsonl`, [
      text,
      'no',
      `text ${index % 2}`,
      ...(texts[index] === undefined ? [] : [texts[index]]),
    ])
}

/** The worker that has told of itself. */
async function told(lab: Lab, name = 'told'): Promise<number> {
  for (;;) {
    const pid = existsSync(lab.path(name)) ? Number(lab.read(name)) : 0
    if (pid > 0) return pid
    await delay(20)
  }
}

function placesOf() {
  return { dataset_path: 'data', export_path: 'out/result.jsonl', work_dir: 'jobs', job_id: 'job' }
}

/** A run in a process of its own, that may be killed. */
function startRun(lab: Lab, recipe: Readonly<Record<string, unknown>>): ChildProcess {
  lab.write('recipe.yaml', JSON.stringify({ ...placesOf(), np: 2, ...recipe }))
  return spawn(process.execPath, [resolve('dist/cli/main.js'), 'run', 'recipe.yaml'], {
    ...{ cwd: lab.folder, stdio: 'ignore' },
  })
}

const kinds = ['worker', 'actor', 'raylet', 'driver', 'coordinator'] as const
type Victim = (typeof kinds)[number]

function checkpointsOf(lab: Lab): number {
  const folder = lab.path('jobs', 'job', 'checkpoints')
  return existsSync(folder) ? readdirSync(folder).length : 0
}

/** What is killed, and at which checkpoint: 40 draws in `npm run crash`; else the coordinator, which no other test kills. */
function drawKills(): [Victim, number][] {
  const random = randomFrom(crashSeed)
  const drawn = (kind: Victim): [Victim, number] => [kind, Math.floor(random() * 16)]
  if (!runsAll) return [drawn('coordinator')]
  return Array.from({ length: 40 }, () => drawn(kinds[Math.floor(random() * kinds.length)]))
}

/** A process that works for the coordinator; undefined where there is none yet, or it went meanwhile. */
function findVictim(kind: Exclude<Victim, 'coordinator'>, coordinator: number): number | undefined {
  const own = processes().filter(({ command }) => command.at(-1) === String(coordinator))
  const isOf = (command: readonly string[]) =>
    // A worker that the coordinator itself has started has one argument less.
    (kind === 'driver' ? command.at(-2)?.endsWith('driver.py') : command.at(-3)?.endsWith('worker-main.js')) === true
  const found = own.find(({ command }) => isOf(command))?.pid
  if (found === undefined || kind === 'driver' || kind === 'worker') return found
  const actor = parentOf(found)
  const victim = kind === 'actor' ? actor : parentOf(actor)
  return victim > 1 ? victim : undefined
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(textIfThere(`/proc/${pid}/status`))?.[1] ?? 0)
}

function driverOf(coordinator: number): number {
  const isDriver = (command: readonly string[]) => command.at(-2)?.endsWith('driver.py') === true
  const found = processes().find(({ command }) => isDriver(command) && command.at(-1) === String(coordinator))
  if (found === undefined) throw new Error(`process ${coordinator} has no driver`)
  return found.pid
}

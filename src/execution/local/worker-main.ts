import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { OperatorCatalog } from '../../core/operator.js'
import type { UnitReport } from '../../core/report.js'
import type { UnitResult } from '../../core/unit-result.js'
import type { JobSpec, WorkUnit } from '../../core/work-unit.js'
import { createCatalog } from '../../ops/catalog.js'
import { loadCustomOperators } from '../../ops/custom/load-custom.js'
import { enableCompileCache } from '../../util/compile-cache.js'
import { markWorker } from '../../util/worker-mark.js'
import type { FromWorker, ToWorker } from '../protocol/messages.js'
import { describeFailure } from '../protocol/unit-failure.js'
import { runWorkUnit } from '../work/run-work-unit.js'
import { lifelineFd } from './lifeline.js'

/**
 * Ends this process when the coordinator's end of a pipe is gone, however busy it is. The thread waits in
 * its event loop: one that blocks in a read would block all that asks every thread for an answer, such as
 * `process.report`.
 */
const watchCoordinator = `
  const { Socket } = require('node:net')
  const die = () => process.kill(process.pid, 'SIGKILL')
  new Socket({ fd: ${lifelineFd} }).on('end', die).on('close', die).on('error', die).resume()
  require('node:worker_threads').parentPort.postMessage('watching')
`

enableCompileCache()
markWorker()
// A terminal sends its signals to the whole group; the coordinator decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
const watcher = new Worker(watchCoordinator, {
  eval: true,
  execArgv: [],
  resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
})
const watching = once(watcher, 'message')
watcher.unref()

let job: JobSpec | undefined
let catalog: Promise<OperatorCatalog> | undefined

process.on('message', (message: ToWorker) => {
  if (message.type === 'job') {
    job = message.job
    catalog = openCatalog(message.job)
    // A failure is told with the unit that needs the catalog.
    loadAhead(message.job).catch(() => {})
  } else if (message.type === 'run') {
    void answer(message)
  } else {
    void retire()
  }
})
process.on('disconnect', () => process.exit())

async function openCatalog({ customModules }: Pick<JobSpec, 'customModules'>): Promise<OperatorCatalog> {
  return createCatalog(await loadCustomOperators(customModules))
}

/** Loads what the job's operators consist of while there is nothing else to do; what fails is told with its unit. */
async function loadAhead({ operators }: JobSpec): Promise<void> {
  const { has, load } = await openedCatalog()
  for (const { name } of operators) if (has(name)) await load(name)
}

async function openedCatalog(): Promise<OperatorCatalog> {
  if (catalog === undefined) throw new TypeError('a unit came before its job')
  return catalog
}

async function answer({ unit }: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  try {
    if (job === undefined) throw new TypeError('a unit came before its job')
    await beWatched()
    const report = {
      progress: (progress: Extract<FromWorker, { type: 'progress' }>['progress']) =>
        send({ type: 'progress', progress }),
      piece: (result: Extract<FromWorker, { type: 'piece' }>['result']) => send({ type: 'piece', result }),
    }
    send({ type: 'done', result: await run(job, unit, report) })
  } catch (error) {
    send({ type: 'failed', error: describeFailure(error) })
  }
}

/**
 * What a coordinator asked for before it died is not begun: nobody would take away what it leaves. From here on, the end of the
 * coordinator is the end of this process.
 */
async function beWatched(): Promise<void> {
  await watching
  if (process.ppid !== Number(process.argv[2])) process.exit()
}

/** Stages of pipelines stand above what runs recipes: this is the one place that knows both. */
async function run(job: JobSpec, unit: WorkUnit, report: UnitReport): Promise<UnitResult> {
  if (unit.kind !== 'stages') return runWorkUnit({ job, catalog: await openedCatalog(), report }, unit)
  await openedCatalog()
  const { runStages } = await import('../../pipeline/run/run-stages.js')
  return runStages({ job, report }, unit)
}

async function retire(): Promise<void> {
  try {
    const { endStages } = await import('../../pipeline/run/run-stages.js')
    await endStages()
  } finally {
    process.exit()
  }
}

function send(message: FromWorker): void {
  process.send?.(message)
}

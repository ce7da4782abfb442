import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { WorkerStatus } from '../../core/process-status.js'
import type { UnitReport } from '../../core/report.js'
import type { UnitOutcome } from '../../core/unit-result.js'
import type { JobSpec, WorkUnit } from '../../core/work-unit.js'
import { plural } from '../../util/format.js'
import { discardStaged, stagingPath } from '../../util/staging.js'
import { Turns } from '../../util/turns.js'
import { unreachable } from '../../util/unreachable.js'
import { Watchdog } from '../local/watchdog.js'
import type { Executor, Slot } from '../protocol/executor.js'
import { JobFailure } from '../protocol/job-failure.js'
import { turnSlot } from '../protocol/turn-slot.js'
import { driverSettings, failureOf, idleMs, pawlVersion, restartMs } from './driver-settings.js'
import { FreePlaces } from './free-places.js'
import { RayDriver } from './ray-driver.js'
import type { FromDriver } from './ray-messages.js'
import { RayPlace } from './ray-place.js'
import { type RaySettings, wantedWorkers } from './ray-settings.js'
import { describeLack, type NodeNeeds, oddities, type RayNode, unfitness } from './unfit-nodes.js'

const checkMs = 250
const closed = 'the executor was closed'
const away = { blame: 'place', reason: closed } as const
const lostPlace = (reason: string): UnitOutcome => ({ kind: 'lost', blame: 'place', reason, progress: undefined })

/**
 * Runs units on the nodes of a Ray cluster. Ray chooses where workers are; this process asks for as many as are wanted, uses
 * those that are there, and asks anew for those that were lost. It keeps to the contract of `Executor`, but for one thing
 * that nobody can keep: a worker on a node that cannot be reached may write for a while after its unit was lost. What it
 * writes carries the attempt in its name, and counts for nothing.
 */
export class RayExecutor implements Executor {
  readonly #turns = new Turns(0)
  readonly #free: FreePlaces
  readonly #places = new Map<number, RayPlace>()
  readonly #needs: NodeNeeds
  readonly #probePath: string
  readonly #over = new AbortController()
  readonly #lost: string[] = []
  readonly #told = new Set<string>()
  readonly #checks: NodeJS.Timeout
  #driver: RayDriver | undefined
  #failure: JobFailure | undefined
  #isReady = false
  #hasLooked = false
  /** Whether so many places were up that work could begin. */
  #hasBegun = false
  #isClosed = false
  #cpus = 0
  #opened = 0
  #failures = 0
  #unitsLost = 0
  #brokenSinceMs: number | undefined
  #waitingSinceMs = performance.now()

  constructor(
    readonly job: JobSpec,
    readonly settings: RaySettings,
  ) {
    this.#free = new FreePlaces(settings.patienceMs ?? 600_000)
    this.#needs = { version: pawlVersion(), folder: job.jobDir, probe: randomBytes(8).toString('hex') }
    this.#probePath = stagingPath(job.jobDir, job.writer, 'probe')
    this.#checks = setInterval(() => this.#check(), checkMs)
    this.#checks.unref()
  }

  /** Joins the cluster while the job is still planned. */
  prepare(): void {
    if (this.#driver !== undefined || this.#isClosed) return
    writeFileSync(this.#probePath, this.#needs.probe)
    this.#startDriver()
  }

  spare(): Slot | undefined {
    if (this.#isClosed || !this.#turns.takeSpare()) return undefined
    return turnSlot(this.#turns, (unit, report, stop) => this.#run(unit, report, stop))
  }

  async acquire(signal: AbortSignal): Promise<Slot> {
    signal.throwIfAborted()
    this.prepare()
    const run: Slot['run'] = (unit, report, stop) => this.#run(unit, report, stop)
    try {
      const taking = this.#turns.take(AbortSignal.any([signal, this.#over.signal]))
      this.#adjust()
      await taking
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (this.#failure !== undefined) throw this.#failure
      if (!this.#isClosed) throw error
      return { run, [Symbol.dispose]: () => {} }
    }
    return turnSlot(this.#turns, run)
  }

  async #run(unit: WorkUnit, report: UnitReport, signal: AbortSignal): Promise<UnitOutcome> {
    if (signal.aborted) return { kind: 'stopped' }
    if (this.#isClosed) return lostPlace(closed)
    const place = await this.#free.take(AbortSignal.any([signal, this.#over.signal]))
    if (place === undefined) return this.#whyNoPlace(signal)
    const worker = place.workerFor(this.job)
    const watchdog = new Watchdog(this.settings.stallMs, checkMs)
    const checks = setInterval(() => {
      const silentMs = watchdog.tick()
      if (silentMs !== undefined)
        void worker.end({ blame: 'unit', reason: `it made no progress for ${Math.round(silentMs / 1000)} s` })
    }, checkMs)
    try {
      const outcome = await worker.run(unit, { report, signal, onSign: () => watchdog.note() })
      if (outcome.kind === 'lost') this.#unitsLost++
      return outcome
    } finally {
      clearInterval(checks)
      if (this.#places.has(place.number)) this.#release(place)
    }
  }

  #whyNoPlace(signal: AbortSignal): UnitOutcome {
    if (signal.aborted) return { kind: 'stopped' }
    const { code, message } = this.#failure ?? {}
    if (code !== undefined && message !== undefined)
      return { kind: 'failed', error: { code, message, consequence: 'stop_job' } }
    return lostPlace(this.#isClosed ? closed : 'no place on the cluster became free in time')
  }

  workers(): WorkerStatus[] {
    const now = performance.now()
    return [...this.#places.values()].flatMap(({ worker, memoryBytes }) => {
      if (worker?.isAlive !== true || worker.channel.pid === undefined) return []
      const { unit, channel } = worker
      return [
        {
          ...{ pid: channel.pid as number, started: channel.started, memory_bytes: memoryBytes },
          ...{ unit: unit?.id ?? null, partition: unit?.partition ?? null },
          for_ms: unit === undefined ? 0 : Math.round(now - unit.sinceMs),
          silent_ms: unit === undefined ? 0 : Math.round(now - unit.signMs),
        },
      ]
    })
  }

  memoryBytes(): number {
    let sum = 0
    for (const { memoryBytes } of this.#places.values()) sum += memoryBytes
    return sum
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#checks)
    this.#over.abort()
    const workers = [...this.#places.values()].flatMap(({ worker }) => (worker?.isAlive === true ? [worker] : []))
    await Promise.all(
      workers.map(worker =>
        this.job.pipeline === undefined || worker.unit !== undefined ? worker.end(away) : worker.retire(),
      ),
    )
    await this.#driver?.close(closeMs)
    if (this.#driver !== undefined) discardStaged(this.#probePath)
    if (this.#lost.length > 0 && this.#hasBegun)
      this.settings.onWarning(
        `Ray: ${plural(this.#lost.length, 'place')} lost (${[...new Set(this.#lost)].slice(0, 5).join('; ')}); ${plural(this.#unitsLost, 'unit')} were taken elsewhere`,
      )
  }

  #startDriver(): void {
    this.#isReady = false
    const driver = new RayDriver({
      settings: driverSettings(this.settings, this.#probePath),
      logFile: join(this.settings.logFolder, 'ray-driver.txt'),
      onNews: news => this.#hear(news),
    })
    this.#driver = driver
    void driver.gone.then(how => this.#onDriverGone(how))
  }

  #hear(news: FromDriver): void {
    switch (news.n) {
      case 'ready':
        this.#onReady(news)
        break
      case 'nodes':
        this.#onNodes(news.nodes, news.time)
        break
      case 'cpus':
        this.#cpus = news.cpus
        this.#adjust()
        break
      case 'up':
        this.#onUp(news.a, news)
        break
      case 'heard':
        this.#places.get(news.a)?.hear(news.news, news.memory)
        break
      case 'down':
        this.#onDown(news.a, news.reason)
        break
      case 'fatal':
        this.#fatal = news
        break
      default:
        unreachable(news)
    }
  }

  #fatal: Extract<FromDriver, { n: 'fatal' }> | undefined

  #onReady({ address, ray, cpus }: Extract<FromDriver, { n: 'ready' }>): void {
    this.#isReady = true
    this.#brokenSinceMs = undefined
    this.#cpus = cpus
    this.#tellOnce(`Workers run on the Ray cluster at ${address} (Ray ${ray}, ${cpus} CPUs)`)
    this.#adjust()
  }

  #onNodes(nodes: readonly RayNode[], nowS: number): void {
    for (const odd of nodes.flatMap(node => oddities(node, nowS))) this.#tellOnce(describeLack(odd))
    const problems = nodes.flatMap(node => unfitness(node, this.#needs))
    if (problems.length > 0 && !this.#hasBegun)
      this.#fail(new JobFailure('ray_unfit', problems.map(describeLack).join('\n')))
    this.#hasLooked = true
    this.#begin()
  }

  #onUp(number: number, node: RayNode): void {
    const place = this.#places.get(number)
    if (place === undefined) return
    const [problem] = unfitness(node, this.#needs)
    if (problem !== undefined) {
      this.#failures++
      this.#tellOnce(`A place was not taken: ${describeLack(problem)}`)
      this.#driver?.send({ c: 'close', a: number })
      return
    }
    place.host = node.host
    this.#failures = 0
    this.#release(place)
    if (this.#hasBegun) this.#turns.add()
    else this.#begin()
  }

  /** Work begins once all nodes were looked at and so many places are up. */
  #begin(): void {
    const up = this.#upCount()
    if (this.#hasBegun || !this.#hasLooked || up < this.settings.placement.min_workers) return
    this.#hasBegun = true
    for (let count = 0; count < up; count++) this.#turns.add()
  }

  #upCount(): number {
    return [...this.#places.values()].filter(({ host }) => host !== undefined).length
  }

  #release(place: RayPlace): void {
    place.idleSinceMs = performance.now()
    this.#free.give(place)
  }

  #onDown(number: number, why: string): void {
    const place = this.#places.get(number)
    if (place === undefined) return
    this.#places.delete(number)
    this.#free.withdraw(place)
    const wasUp = place.host !== undefined
    if (wasUp && this.#hasBegun) this.#turns.withdraw()
    const reason = wasUp ? `its place on node ${place.host} is gone: ${why}` : `it was given no place: ${why}`
    place.lose(reason)
    if (this.#isClosed || why === leaving) return
    if (wasUp) this.#lost.push(`node ${place.host}: ${why}`)
    else this.#failures++
    const waitMs = this.#failures === 0 ? 0 : Math.min(30_000, 500 * 2 ** Math.min(this.#failures, 6))
    void delay(waitMs, undefined, { ref: false }).then(() => this.#adjust())
  }

  /** Asks for as many places as are wanted, and takes back what was asked for too much. */
  #adjust(): void {
    if (!this.#isReady || this.#isClosed || this.#failure !== undefined) return
    const wanted = wantedWorkers(this.settings, this.#cpus)
    const isAsked = this.#turns.waiting > 0 || this.#free.waiting > 0 || !this.#hasBegun
    for (let count = this.#places.size; isAsked && count < wanted; count++) this.#open()
    const surplus = [...this.#places.values()].filter(({ host }) => host === undefined)
    for (const place of surplus.slice(0, Math.max(0, this.#places.size - wanted))) this.#leave(place)
  }

  #open(): void {
    const number = ++this.#opened
    this.#places.set(number, new RayPlace(number, this.settings.logFolder, command => this.#driver?.send(command)))
  }

  #leave(place: RayPlace): void {
    this.#driver?.send({ c: 'close', a: place.number })
    this.#onDown(place.number, leaving)
  }

  #check(): void {
    const now = performance.now()
    const { memoryBytes, placement, patienceMs = 600_000 } = this.settings
    for (const place of this.#places.values()) {
      if (place.memoryBytes > memoryBytes)
        void place.worker?.end({
          blame: 'unit',
          reason: `it used ${Math.round(place.memoryBytes / 1e6)} MB of memory, ${Math.round(memoryBytes / 1e6)} MB are allowed`,
        })
      const isIdle = this.#free.has(place) && this.#turns.waiting === 0 && now - place.idleSinceMs > idleMs
      if (isIdle && this.#upCount() > placement.min_workers) this.#leave(place)
    }
    if (this.#turns.waiting === 0 || this.#upCount() > 0) this.#waitingSinceMs = now
    const waitedMs = now - this.#waitingSinceMs
    if (waitedMs > 20_000)
      this.#tellOnce(`The cluster has had no room for a worker for 20 s; it has ${this.#cpus} CPUs in all`)
    if (waitedMs > patienceMs)
      this.#fail(
        new JobFailure(
          'ray_no_room',
          `The cluster had no room for a worker for ${Math.round(waitedMs / 1000)} s: see ray status, and num_cpus_per_worker, memory_per_worker_mb and resources under ray`,
        ),
      )
  }

  #onDriverGone(how: string): void {
    this.#isReady = false
    const fatal = this.#fatal
    this.#fatal = undefined
    const why = fatal?.message ?? `the driver of Ray is gone: ${how}`
    for (const number of [...this.#places.keys()]) this.#onDown(number, why)
    if (this.#isClosed) return
    const now = performance.now()
    this.#brokenSinceMs ??= now
    if (!this.#hasBegun || now - this.#brokenSinceMs > restartMs) {
      this.#fail(failureOf(this.#driver?.hasStarted === false ? 'no_ray' : fatal?.code, why, this.settings))
      return
    }
    void delay(1_000, undefined, { ref: false }).then(() => {
      if (!this.#isClosed) this.#startDriver()
    })
  }

  #fail(failure: JobFailure): void {
    this.#failure ??= failure
    this.#over.abort(this.#failure)
  }

  #tellOnce(message: string): void {
    if (this.#told.has(message)) return
    this.#told.add(message)
    this.settings.onWarning(message)
  }
}

const leaving = 'it was no longer needed'
const closeMs = 10_000

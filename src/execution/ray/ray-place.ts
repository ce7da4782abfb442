import { join } from 'node:path'
import type { Blame } from '../../core/unit-result.js'
import type { JobSpec } from '../../core/work-unit.js'
import type { FromWorker, ToWorker } from '../protocol/messages.js'
import { Worker } from '../protocol/worker.js'
import type { Gone, WorkerChannel } from '../protocol/worker-channel.js'
import type { PlaceNews, ToDriver } from './ray-messages.js'

/** The way to a worker at a place, through the driver. */
export class RayChannel implements WorkerChannel {
  readonly gone: Promise<Gone>
  pid: number | undefined
  started = 'unknown'
  #listener: (message: FromWorker) => void = () => {}
  #resolve: (how: Gone) => void = () => {}

  constructor(
    readonly place: number,
    readonly number: number,
    readonly tell: (command: ToDriver) => void,
  ) {
    this.gone = new Promise(resolve => {
      this.#resolve = resolve
    })
  }

  send(message: ToWorker): void {
    this.tell({ c: 'send', a: this.place, w: this.number, line: `${JSON.stringify(message)}\n` })
  }

  onMessage(listener: (message: FromWorker) => void): void {
    this.#listener = listener
  }

  kill(): void {
    this.tell({ c: 'kill', a: this.place, w: this.number })
  }

  hear(line: string): void {
    this.#listener(JSON.parse(line) as FromWorker)
  }

  lose(blame: Blame, reason: string): void {
    this.#resolve({ blame, reason })
  }
}

let workers = 0

/** A place on a node of the cluster, for one worker after another. */
export class RayPlace {
  /** The node, once Ray has chosen it. */
  host: string | undefined
  memoryBytes = 0
  /** When it was last given back, by this process's clock. */
  idleSinceMs = 0
  #worker: Worker<RayChannel> | undefined

  constructor(
    readonly number: number,
    readonly logFolder: string,
    readonly tell: (command: ToDriver) => void,
  ) {
    tell({ c: 'open', a: number })
  }

  get worker(): Worker<RayChannel> | undefined {
    return this.#worker
  }

  /** The worker here; another one where the last is gone. */
  workerFor(job: JobSpec): Worker<RayChannel> {
    if (this.#worker?.isAlive !== true) {
      const w = ++workers
      this.tell({ c: 'start', a: this.number, w, log: join(this.logFolder, `worker-ray-${process.pid}-${w}.txt`) })
      this.#worker = new Worker(job, new RayChannel(this.number, w, this.tell))
    }
    return this.#worker as Worker<RayChannel>
  }

  hear(news: readonly PlaceNews[], memory: number): void {
    this.memoryBytes = memory
    for (const [what, worker, ...rest] of news) {
      const channel = this.#worker?.channel
      if (channel === undefined || channel.number !== worker) continue
      if (what === 'said') channel.hear(String(rest[0]))
      else if (what === 'started') {
        channel.pid = Number(rest[0])
        channel.started = String(rest[1])
      } else if (what === 'gone') channel.lose('unit', `${howItEnded(Number(rest[0]))} on node ${this.host}`)
      else channel.lose('place', `it could not be started on node ${this.host}: ${rest[0]}`)
    }
  }

  /** The place is no more, and its worker with it. */
  lose(reason: string): void {
    this.#worker?.channel.lose('place', reason)
  }
}

function howItEnded(code: number): string {
  return code >= 0 ? `it exited with code ${code}` : `it was ended by signal ${-code}`
}

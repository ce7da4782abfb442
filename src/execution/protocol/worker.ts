import type { UnitReport } from '../../core/report.js'
import type { UnitOutcome, UnitProgress } from '../../core/unit-result.js'
import type { JobSpec, WorkUnit } from '../../core/work-unit.js'
import { unreachable } from '../../util/unreachable.js'
import type { FromWorker } from './messages.js'
import type { Gone, WorkerChannel } from './worker-channel.js'

/** How long a worker may take to end what it has set up. */
const patienceMs = 10_000

/** Times by this process's own clock. */
interface UnitUnderWay {
  readonly id: string
  readonly partition: string | null
  readonly sinceMs: number
  readonly signMs: number
}

/** Who is told of a unit, and what ends it. */
export interface Watch {
  readonly report: UnitReport
  readonly signal: AbortSignal
  /** Told whenever the worker says anything. */
  readonly onSign: () => void
}

/** A worker at the other end of a channel, and the one unit that it may be running. */
export class Worker<C extends WorkerChannel = WorkerChannel> {
  readonly #gone: Promise<Gone>
  #why: Gone | undefined
  #isAlive = true
  #unit: UnitUnderWay | undefined

  constructor(
    job: JobSpec,
    readonly channel: C,
  ) {
    this.#gone = channel.gone.then(how => {
      this.#isAlive = false
      return this.#why ?? how
    })
    channel.send({ type: 'job', job })
  }

  /** What it runs, since when, and when it last gave a sign; undefined while it is idle. */
  get unit(): UnitUnderWay | undefined {
    return this.#unit
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  async run(unit: WorkUnit, { report, signal, onSign }: Watch): Promise<UnitOutcome> {
    let progress: UnitProgress | undefined
    const now = performance.now()
    const underWay = { id: unit.id, partition: partitionOf(unit), sinceMs: now, signMs: now }
    this.#unit = underWay
    const answered = new Promise<UnitOutcome>(resolve => {
      this.channel.onMessage(message => {
        underWay.signMs = performance.now()
        onSign()
        if (message.type === 'progress') progress = message.progress
        const outcome = takeIn(message, report)
        if (outcome !== undefined) resolve(outcome)
      })
    })
    const lost = this.#gone.then(
      (how): UnitOutcome => (signal.aborted ? { kind: 'stopped' } : { kind: 'lost', ...how, progress }),
    )
    const stop = () => void this.end({ blame: 'place', reason: 'the job was stopped' })
    signal.addEventListener('abort', stop)
    try {
      this.channel.send({ type: 'run', unit })
      return await Promise.race([answered, lost])
    } finally {
      signal.removeEventListener('abort', stop)
      this.channel.onMessage(() => {})
      this.#unit = undefined
    }
  }

  /** Lets the worker end what it has set up, and ends it where that takes too long. */
  async retire(): Promise<void> {
    this.channel.send({ type: 'end' })
    const timer = setTimeout(() => void this.end({ blame: 'place', reason: 'it did not end in time' }), patienceMs)
    await this.#gone
    clearTimeout(timer)
  }

  /** Ends the worker whatever it does; resolves when it is gone. */
  async end(why: Gone): Promise<void> {
    this.#why ??= why
    this.channel.kill()
    await this.#gone
  }
}

/** @returns how the unit ended, where the message says so */
function takeIn(message: FromWorker, report: UnitReport): UnitOutcome | undefined {
  switch (message.type) {
    case 'progress':
      report.progress(message.progress)
      return undefined
    case 'piece':
      report.piece(message.result)
      return undefined
    case 'done':
      return { kind: 'done', result: message.result }
    case 'failed':
      return { kind: 'failed', error: message.error }
    default:
      return unreachable(message)
  }
}

function partitionOf(unit: WorkUnit): string | null {
  return 'partition' in unit ? unit.partition : null
}

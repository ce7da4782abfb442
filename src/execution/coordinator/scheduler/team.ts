import { setTimeout as delay } from 'node:timers/promises'
import type { ExportRecord, LedgerRecord } from '../../../core/records.js'
import type { Shard } from '../../../core/shard.js'
import { Claims } from '../../../state/claims.js'
import type { Hands } from '../../../state/hands.js'
import type { JobDirectory } from '../../../state/job-directory.js'
import { leaseTiming } from '../../../state/lease.js'
import type { Ledger } from '../../../state/ledger.js'
import { takeAwayStaging } from '../../../state/take-over.js'
import { Winners } from '../../../state/winners.js'
import { remove } from '../../../util/remove.js'
import { JobLeft, JobStopped } from '../../protocol/job-failure.js'

export interface TeamSettings {
  readonly epoch: number
  readonly writer: string
  readonly directory: JobDirectory
  readonly hands: Hands
  readonly ledger: Ledger
  /** Folders in which only this job writes, and those in which others may. */
  readonly folders: { readonly own: readonly string[]; readonly shared: readonly string[] }
  /** This process's share, where it has one of its own. */
  readonly shard?: Shard
  /** Leave rather than wait for what others hold. */
  readonly leavesWhenIdle: boolean
  readonly signal: AbortSignal
  /** Told of every record that another process committed. */
  readonly onNews: (record: LedgerRecord) => void
}

/** News are asked for at most so often while there is work to do. */
const learnEveryMs = 100
/** A process that waits looks again after so long, or after so many times what looking takes, so that it needs less than 1 % of a core. */
const lookEveryMs = 250
/** Looks at others that all processes on a job together take in a second at most: of many, each looks less often. */
const looksASecond = 1_000
const looksPerWait = 100
const clearedAtOnce = 500
const clearEveryMs = 20

/** This process's part in what several do on one job: what it takes, what it wins, what it learns of the others. */
export class Team {
  readonly epoch: number
  readonly claims: Claims
  readonly winners: Winners
  /** True once another process has committed anything while this one ran: then the ledger is asked again for what was known. */
  hasOthers = false
  /** The last export that another process finished while this one ran. */
  exported: ExportRecord | undefined
  #learntAt = performance.now()
  #lookedAt = performance.now()
  /** True where this process did something since it last looked: then how long it looked is not known. */
  #hasWorked = false
  #isClosed = false

  constructor(readonly settings: TeamSettings) {
    const { epoch, writer, directory, hands } = settings
    this.epoch = epoch
    this.winners = new Winners(directory, epoch, writer)
    this.claims = new Claims({
      folder: directory.claims,
      epoch,
      writer,
      stateOf: other => hands.stateOf(other),
      onDead: other => this.#bury(other),
    })
  }

  /** Takes away what earlier epochs left: some now and then, as there may be much of it, and nobody waits for it. */
  clear(): void {
    const names = [...this.claims.stale(), ...this.winners.stale()]
    const next = () => {
      if (this.#isClosed) return
      for (const path of names.splice(-clearedAtOnce)) remove(path)
      if (names.length > 0) setTimeout(next, clearEveryMs).unref()
    }
    next()
  }

  /** True where other processes are at work on the job. */
  isShared(): boolean {
    return this.settings.hands.others().some(writer => this.settings.hands.stateOf(writer) === 'living')
  }

  /** Reads what others committed, unless that was done a moment ago. */
  learn(force = false): void {
    const now = performance.now()
    if (!force && now - this.#learntAt < Math.max(learnEveryMs, this.#shareMs())) return
    this.#learntAt = now
    for (const commit of this.settings.ledger.refresh()) {
      this.hasOthers = true
      for (const record of commit.put ?? []) {
        if (record.kind === 'export' && record.state === 'done') this.exported = record
        this.settings.onNews(record)
      }
    }
  }

  /** Begins a look over all that there is to do. */
  look(): void {
    this.#lookedAt = performance.now()
    this.#hasWorked = false
    this.learn(true)
  }

  /** Takes note that this process did something of what it looks over. */
  noteWork(): void {
    this.#hasWorked = true
  }

  /**
   * Waits for others, who hold all that is left to do for now.
   *
   * @throws {JobLeft} where this process is to leave instead
   * @throws {JobStopped} where it is stopped
   */
  async wait(): Promise<void> {
    const { leavesWhenIdle, signal } = this.settings
    if (leavesWhenIdle)
      throw new JobLeft('nothing is left to take for now: others hold the rest, and the job is not complete')
    const lookMs = this.#hasWorked ? 0 : performance.now() - this.#lookedAt
    const longest = leaseTiming.expiryMs / 3
    const pause = Math.max(lookEveryMs, lookMs * looksPerWait, this.#shareMs())
    try {
      await delay(Math.min(longest, pause), undefined, { signal })
    } catch (error) {
      if ((error as Error).name === 'AbortError') throw new JobStopped('the job was stopped')
      throw error
    }
  }

  close(): void {
    this.#isClosed = true
    this.claims.close()
  }

  /** The time in which this process may look once at what each of the others wrote. */
  #shareMs(): number {
    const others = this.settings.ledger.index.openSegments
    return ((others * (others + 1)) / looksASecond) * 1000
  }

  /** Makes sure that a process which is taken for dead changes nothing more, also where it wakes up. */
  async #bury(other: string): Promise<void> {
    const { hands, ledger, writer, folders } = this.settings
    hands.bury(other)
    // Staged exports stay: who takes the export over takes them away.
    takeAwayStaging({ writer, isGone: gone => gone === other, ...folders, shared: [] })
    await ledger.closeSegmentOf(other)
  }
}

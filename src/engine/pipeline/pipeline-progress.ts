import type { StagesRecord } from '../../core/records.js'
import { speedOf } from '../../core/speed.js'
import type { UnitProgress } from '../../core/unit-result.js'
import type { WorkUnit } from '../../core/work-unit.js'
import type { Progress, RunPhase } from '../progress.js'

/** How far a pipeline is. */
export interface PipelineProgress {
  /** Sources of the pipeline. */
  readonly sourcesTotal: number
  /** Sources that are complete, by this run or others. */
  readonly sourcesComplete: number
  /** Sources that failed in this run. */
  readonly sourcesFailed: number
  /** Documents, files or other items that came to the first stage, in this run. */
  readonly itemsIn: number
  /** Rows that were written, in this run. */
  readonly itemsOut: number
  /** Since the run began. */
  readonly elapsedMs: number
  /** Undefined as long as nothing can be told from what was done. */
  readonly leftMs: number | undefined
}

/** Follows a pipeline by its sources. */
export class PipelineMeter {
  readonly #started = performance.now()
  phase: RunPhase = 'listing'
  total = 0
  complete = 0
  failed = 0
  reused = 0
  itemsIn = 0
  itemsOut = 0
  quarantined = 0
  memoryOf: () => number = () => 0
  readonly #underWay = new Map<string, number>()

  begin(total: number, complete: number): void {
    this.total = total
    this.complete = this.reused = complete
    this.phase = 'reading'
  }

  unit({ id }: WorkUnit, progress: UnitProgress | undefined): void {
    if (progress === undefined) this.#underWay.delete(id)
    else this.#underWay.set(id, progress.samples)
  }

  placed({ counts }: Pick<StagesRecord, 'counts'>): void {
    this.complete++
    this.itemsIn += counts[0]?.itemsIn ?? 0
    this.itemsOut += counts.at(-1)?.itemsOut ?? 0
  }

  progress(): PipelineProgress {
    const elapsedMs = performance.now() - this.#started
    const own = this.complete - this.reused
    const left = this.total - this.complete - this.failed
    return {
      sourcesTotal: this.total,
      sourcesComplete: this.complete,
      sourcesFailed: this.failed,
      itemsIn: this.itemsIn + [...this.#underWay.values()].reduce((sum, items) => sum + items, 0),
      itemsOut: this.itemsOut,
      elapsedMs,
      leftMs: own === 0 || this.phase === 'done' ? undefined : (elapsedMs * left) / own,
    }
  }

  /** The same in the words that job tools read. */
  snapshot(): Progress {
    const { total, complete, reused, phase, itemsIn, itemsOut, quarantined } = this
    const { elapsedMs, leftMs } = this.progress()
    const share = total === 0 ? (phase === 'done' ? 1 : 0) : complete / total
    return {
      ...{ phase, share, reusedShare: total === 0 ? 0 : reused / total },
      ...{
        partitionsDone: complete,
        partitionsTotal: total,
        samplesIn: itemsIn,
        kept: itemsOut,
        dropped: [],
        quarantined,
      },
      ...{ processedBytes: 0, bytesPerSecond: speedOf(0, elapsedMs), elapsedMs, leftMs },
      memoryBytes: process.memoryUsage.rss() + this.memoryOf(),
    }
  }
}

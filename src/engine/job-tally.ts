import type { EventBody } from '../core/events.js'
import type { Counts } from '../core/records.js'
import type { UnitProgress } from '../core/unit-result.js'
import type { WorkUnit } from '../core/work-unit.js'
import type { OperatorPlan } from '../planning/reaches.js'

/** What is committed of a partition, or of a piece of one, before a run begins. */
export interface CommittedReach {
  readonly key: string
  /** Operators done; undefined where nothing is committed. */
  readonly done: number | undefined
  readonly rows: number
  readonly counts: Counts | undefined
  readonly quarantined: number
}

/** What a run starts from. */
export interface TallyStart {
  readonly plan: OperatorPlan
  /** The partitions of the cut, and how many pieces each is likely to fall into. */
  readonly partitions: readonly { readonly key: string; readonly estimatedBytes: number; readonly pieces: number }[]
  readonly reached: readonly CommittedReach[]
}

/** A partition on its way: steps done of it, or of each of its pieces. */
interface Track {
  readonly bytes: number
  pieces: number
  readonly steps: Map<string, number>
  /** Steps of units under way, by unit. */
  readonly underWay: Map<string, number>
}

/**
 * Adds up how far a job is. A partition takes one step to read and one for each operator; the export takes one more.
 * Steps weigh what the partition weighs, so that a share of the steps is about a share of the time.
 */
export class JobTally {
  readonly #plan: OperatorPlan
  readonly #tracks: ReadonlyMap<string, Track>
  readonly #bytes: number
  readonly #rows = new Map<string, number>()
  readonly #recalled = new Map<string, CommittedReach>()
  readonly #dropped: number[]
  #exported = 0
  #inputBytes: number | undefined
  /** How long barriers took to decide, by position. */
  readonly decidingMs = new Map<number, number>()
  samplesIn = 0
  quarantined = 0

  constructor({ plan, partitions, reached }: TallyStart) {
    this.#plan = plan
    this.#tracks = new Map(
      partitions.map(({ key, estimatedBytes, pieces }) => [
        key,
        { bytes: estimatedBytes, pieces, steps: new Map(), underWay: new Map() },
      ]),
    )
    this.#bytes = partitions.reduce((sum, { estimatedBytes }) => sum + estimatedBytes, 0)
    this.#dropped = plan.operators.map(() => 0)
    for (const one of reached) this.recall(one)
  }

  get inputBytes(): number {
    return this.#inputBytes ?? this.#bytes
  }

  /** Share of all steps, the export's included. */
  get share(): number {
    if (this.#bytes === 0) return 0
    let done = this.#exported * this.#bytes
    for (const track of this.#tracks.values()) done += track.bytes * this.#stepsOf(track)
    return done / (this.#bytes * (this.#allSteps + 1))
  }

  get partitionsTotal(): number {
    return this.#tracks.size
  }

  /** Partitions at the end of the reach that is under way: the first that not all have reached. */
  get partitionsDone(): number {
    for (const { to } of this.#plan.reaches) {
      const reached = [...this.#tracks.values()].filter(track => committedSteps(track) >= to + 1).length
      if (reached < this.#tracks.size) return reached
    }
    return this.#tracks.size
  }

  get kept(): number {
    let sum = 0
    for (const rows of this.#rows.values()) sum += rows
    return sum
  }

  get dropped(): { operator: string; samples: number }[] {
    return this.#plan.operators
      .map(({ name }, index) => ({ operator: name, samples: this.#dropped[index] }))
      .filter(({ samples }) => samples > 0)
      .sort((a, b) => b.samples - a.samples)
  }

  unit(unit: WorkUnit, progress: UnitProgress | undefined): void {
    if (unit.kind === 'export') {
      const bytes = unit.points.reduce((sum, { file }) => sum + file.sizeBytes, 0)
      if (progress !== undefined) this.#exported = Math.min(1, progress.bytes / Math.max(1, bytes))
    }
    if (unit.kind !== 'segment' || unit.signsOnly) return
    const track = this.#trackOf(unit.partition)
    if (track === undefined) return
    if (progress === undefined) {
      track.underWay.delete(unit.id)
      if (unit.pieces !== undefined) track.pieces = track.steps.size
      return
    }
    const { input } = unit
    const share =
      input.kind === 'source'
        ? progress.bytes / Math.max(1, track.bytes)
        : progress.samples / Math.max(1, input.point.file.rows)
    const from = input.kind === 'source' ? 0 : input.point.opsDone + 1
    track.underWay.set(unit.id, from + Math.min(1, share) * (unit.toOp + 1 - from))
  }

  onEvent(event: EventBody): void {
    switch (event.event_type) {
      case 'checkpoint_save':
        this.#rows.set(event.partition, event.rows)
        this.#trackOf(event.partition)?.steps.set(event.partition, event.ops_done + 1)
        break
      case 'op_complete':
        if (event.op_index === 0) this.samplesIn += event.samples_in
        this.#dropped[event.op_index] += Math.max(0, event.samples_in - event.samples_out)
        break
      case 'op_failed':
        this.#dropped[event.op_index] -= event.samples
        break
      case 'bucket_compared':
      case 'barrier_resolved':
        this.decidingMs.set(event.op_index, (this.decidingMs.get(event.op_index) ?? 0) + event.duration_ms)
        break
      case 'sample_quarantined':
        this.quarantined += event.samples
        break
    }
  }

  complete(inputBytes: number): void {
    this.#inputBytes = inputBytes
  }

  /** Takes over what an earlier run, or another process, committed of a partition; its counts are those since the input. */
  recall(reach: CommittedReach): void {
    const { key, done, rows } = reach
    if (done === undefined) return
    this.#trackOf(key)?.steps.set(key, done + 1)
    this.#rows.set(key, rows)
    const before = this.#recalled.get(key)
    if (before !== undefined) this.#add(before, -1)
    this.#add(reach, 1)
    this.#recalled.set(key, reach)
  }

  #add({ counts, quarantined }: CommittedReach, sign: 1 | -1): void {
    this.quarantined += sign * quarantined
    this.samplesIn += sign * (counts?.read ?? 0)
    for (const [index, count] of (counts?.operators ?? []).entries())
      if (index < this.#dropped.length)
        this.#dropped[index] += sign * Math.max(0, count.in - count.out - count.quarantined)
  }

  get #allSteps(): number {
    return this.#plan.operators.length + 1
  }

  /** A unit that reads a file in pieces runs beside the pieces that it has committed: the further of the two counts. */
  #stepsOf(track: Track): number {
    return Math.min(this.#allSteps, Math.max(committedSteps(track), ...track.underWay.values()))
  }

  #trackOf(key: string): Track | undefined {
    return this.#tracks.get(key) ?? this.#tracks.get(key.replace(/\.\d+$/, ''))
  }
}

function committedSteps({ steps, pieces }: Track): number {
  let sum = 0
  for (const value of steps.values()) sum += value
  return sum / Math.max(1, pieces, steps.size)
}

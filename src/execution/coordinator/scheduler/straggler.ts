import { setTimeout as delay } from 'node:timers/promises'
import type { UnitOutcome } from '../../../core/unit-result.js'
import type { WorkUnit } from '../../../core/work-unit.js'

/** Units of a kind that have to be done before one that takes longer is told from the others. */
const leastDone = 3
/** A unit is late once it takes so many times what the longest of the others took, and no less than this. */
const lateFrom = 2
const leastMs = () => Number(process.env['PAWL_STRAGGLER_MS'] ?? 20_000)

/** How long units take, by kind. */
export class Pace {
  readonly #kinds = new Map<WorkUnit['kind'], { done: number; longestMs: number }>()

  note(kind: WorkUnit['kind'], ms: number): void {
    const known = this.#kinds.get(kind) ?? { done: 0, longestMs: 0 }
    this.#kinds.set(kind, { done: known.done + 1, longestMs: Math.max(known.longestMs, ms) })
  }

  isLate(kind: WorkUnit['kind'], ms: number): boolean {
    const known = this.#kinds.get(kind)
    return known !== undefined && known.done >= leastDone && ms > Math.max(leastMs(), known.longestMs * lateFrom)
  }
}

/** A unit under way: what becomes of it, and how it is ended. */
export interface UnderWay {
  readonly unit: WorkUnit
  readonly outcome: Promise<UnitOutcome>
  stop(): void
}

/** What became of a unit, by the attempt that counts; what others of its attempts wrote is garbage. */
export interface Settled {
  readonly outcome: UnitOutcome
  readonly unit: WorkUnit
  readonly overtaken?: WorkUnit
}

/**
 * Waits for a unit. Once it is late, and there is a place that nobody waits for, it is begun there a second time: the first
 * of the two that is done counts, the other is ended (speculative execution, Dean and Ghemawat 2004).
 *
 * @param begin begins it once more; undefined where there is no place for that
 */
export async function awaitOrOvertake(
  first: UnderWay,
  isLate: () => boolean,
  begin: () => UnderWay | undefined,
): Promise<Settled> {
  const settled = first.outcome.then((outcome): Settled => ({ outcome, unit: first.unit }))
  for (;;) {
    const over = new AbortController()
    const pause = delay(Math.min(1_000, leastMs() / 4), undefined, { signal: over.signal, ref: false })
    const ended = await Promise.race([settled, pause.catch(() => undefined)])
    over.abort()
    if (ended !== undefined) return ended
    const second = isLate() ? begin() : undefined
    if (second !== undefined) return firstOf(first, second)
  }
}

/** The first that is done; where one ends otherwise, the other is waited for. */
async function firstOf(...both: readonly [UnderWay, UnderWay]): Promise<Settled> {
  const ended = both.map(async ({ outcome, unit }, index) => ({ outcome: await outcome, unit, other: 1 - index }))
  const fastest = await Promise.race(ended)
  const { unit, outcome, other } = fastest
  if (outcome.kind === 'done') both[other].stop()
  const last = await ended[other]
  if (outcome.kind === 'done') return { outcome, unit, overtaken: last.unit }
  if (last.outcome.kind === 'done') return { outcome: last.outcome, unit: last.unit, overtaken: unit }
  return { outcome, unit: both[0].unit, overtaken: both[1].unit }
}

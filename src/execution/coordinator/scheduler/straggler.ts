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
  readonly attempt: string
  readonly outcome: Promise<UnitOutcome>
  stop(): void
}

/**
 * Waits for a unit. Once it is late, and there is a place that nobody waits for, it is begun there a second time: the first
 * of the two that is done counts, the other is ended (speculative execution, Dean and Ghemawat 2004).
 *
 * @param begin begins it once more; undefined where there is no place for that
 * @returns the outcome that counts, and the attempt that is to be cleared away
 */
export async function awaitOrOvertake(
  first: UnderWay,
  isLate: () => boolean,
  begin: () => UnderWay | undefined,
): Promise<{ readonly outcome: UnitOutcome; readonly overtaken: string | undefined }> {
  const settled = first.outcome.then(outcome => ({ outcome }))
  let second: UnderWay | undefined
  while (second === undefined) {
    const over = new AbortController()
    const pause = delay(Math.min(1_000, leastMs() / 4), undefined, { signal: over.signal, ref: false }).catch(() => undefined)
    const ended = await Promise.race([settled, pause])
    over.abort()
    if (ended !== undefined) return { outcome: ended.outcome, overtaken: undefined }
    if (isLate()) second = begin()
  }
  return judge([first, second])
}

/** The first that is done; where one ends otherwise, the other is waited for. */
async function judge(both: readonly [UnderWay, UnderWay]) {
  const ended = both.map(async (one, index) => ({ outcome: await one.outcome, index }))
  const fastest = await Promise.race(ended)
  const other = 1 - fastest.index
  if (fastest.outcome.kind === 'done' || fastest.outcome.kind === 'stopped') {
    both[other].stop()
    await both[other].outcome
    return { outcome: fastest.outcome, overtaken: both[other].attempt }
  }
  const { outcome } = await ended[other]
  return { outcome: outcome.kind === 'done' ? outcome : fastest.outcome, overtaken: both[fastest.index].attempt }
}

import type { JsonValue } from '../core/json.js'
import type { FinishedJob } from './finished-samples.js'
import { type Place, placeKey } from './places.js'
import { samplesAt } from './samples-at.js'
import { Retracer } from './trace-sample.js'

/** Where a sample was lost, and why, as in a trace. */
export interface Loss {
  readonly operator: string | undefined
  readonly why: Readonly<Record<string, JsonValue>> | undefined
}

/**
 * Runs the records that samples of another job descend from through a job again, and says at which operator each was lost.
 * Reads the input once.
 */
export async function* explainLosses(
  finished: FinishedJob,
  lost: readonly Place[],
): AsyncGenerator<{ readonly place: Place; readonly loss: Loss }> {
  const wanted = new Map<string, Place[]>()
  for (const place of lost) {
    const key = placeKey(place)
    const known = wanted.get(key)
    if (known === undefined) wanted.set(key, [place])
    else known.push(place)
  }
  const files = new Set(lost.map(({ file }) => file))
  await using retracer = new Retracer(finished.job, finished.spec)
  for await (const { key, state, sample } of samplesAt(finished, files, wanted)) {
    const { steps } = await retracer.trace({ state, sample })
    const last = steps.findLast(({ outcome }) => outcome === 'dropped' || outcome === 'failed')
    const dropped = last?.entry?.['__pawl__dropped__'] as Record<string, JsonValue> | undefined
    const why = dropped ?? (last?.error === undefined ? undefined : { error: last.error })
    for (const place of wanted.get(key) ?? []) yield { place, loss: { operator: last?.operator, why } }
    wanted.delete(key)
  }
  // What is not found again is told of, too.
  for (const places of wanted.values())
    for (const place of places) yield { place, loss: { operator: undefined, why: undefined } }
}

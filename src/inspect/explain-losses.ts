import type { JsonValue } from '../core/json.js'
import type { FinishedJob, FinishedSample } from './finished-samples.js'
import { placeKey } from './places.js'
import { samplesAt } from './samples-at.js'
import { stepsOf } from './trace-sample.js'

/** Where a sample was lost, and why, as in a trace. */
export interface Loss {
  readonly operator: string | undefined
  readonly why: Readonly<Record<string, JsonValue>> | undefined
}

/** Runs the records that samples of another job descend from through a job again, and says at which operator each was lost. */
export async function explainLosses(
  finished: FinishedJob,
  lost: readonly FinishedSample[],
): Promise<Map<FinishedSample, Loss>> {
  const found = new Map<FinishedSample, Loss>()
  const wanted = new Map<string, FinishedSample[]>()
  for (const sample of lost) wanted.set(placeKey(sample), [...(wanted.get(placeKey(sample)) ?? []), sample])
  const files = new Set(lost.map(({ file }) => file))
  for await (const { key, state, sample } of samplesAt(finished, files, wanted)) {
    const { steps } = await stepsOf(finished.job, finished.spec, { state, sample })
    const last = steps.findLast(({ outcome }) => outcome === 'dropped' || outcome === 'failed')
    const dropped = last?.entry?.['__pawl__dropped__'] as Record<string, JsonValue> | undefined
    const why = dropped ?? (last?.error === undefined ? undefined : { error: last.error })
    for (const each of wanted.get(key) ?? []) found.set(each, { operator: last?.operator, why })
  }
  return found
}

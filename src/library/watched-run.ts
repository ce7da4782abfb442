import { UsageError } from '../core/usage-error.js'
import { type Progress, ProgressMeter } from '../engine/progress.js'
import type { MeteredOptions, RunOptions } from '../engine/run-options.js'

/**
 * Work under way: a promise of what comes of it, and its progress, one value every `progressEveryMs` and a last one when
 * it is complete. Leaving the loop does not stop the work; the signal does.
 */
export type WatchedRun<Result> = Promise<Result> & AsyncIterable<Progress>

const defaultEveryMs = 200

/** Starts work and lets it be awaited, iterated, or both. */
export function watch<Result>(
  { signal, progressEveryMs = defaultEveryMs, ...observer }: RunOptions,
  work: (options: MeteredOptions) => Promise<Result>,
): WatchedRun<Result> {
  if (!(progressEveryMs > 0)) throw new UsageError(`progressEveryMs is ${progressEveryMs} and must be above 0`)
  const meter = new ProgressMeter()
  const tell = () => observer.onProgress?.(meter.snapshot())
  const run = async () => {
    const timer = observer.onProgress === undefined ? undefined : setInterval(tell, progressEveryMs)
    try {
      return await work({ ...observer, signal: signal as AbortSignal | undefined, meter })
    } finally {
      clearInterval(timer)
    }
  }
  const result = run().then(value => {
    tell()
    return value
  })
  async function* iterate(): AsyncGenerator<Progress, void, undefined> {
    const ended = result.then(
      () => true,
      () => true,
    )
    do yield meter.snapshot()
    while (!(await Promise.race([ended, later(progressEveryMs)])))
    await result
    yield meter.snapshot()
  }
  return Object.assign(result, { [Symbol.asyncIterator]: iterate })
}

/** Resolves with false after a while, and keeps no process alive for it. */
function later(ms: number): Promise<false> {
  return new Promise(resolve => setTimeout(resolve, ms, false).unref())
}

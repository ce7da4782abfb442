import { setTimeout as delay } from 'node:timers/promises'
import { JobObserver, type JobView } from './job-view.js'
import { isRunning } from './list-jobs.js'

/** Looks at a job again and again; gives what changed, and ends when the job has, or when the signal aborts. */
export async function* watchUntilEnd(
  jobDir: string,
  { signal, intervalMs }: { readonly signal: AbortSignal | undefined; readonly intervalMs: number },
): AsyncGenerator<JobView> {
  const observer = new JobObserver()
  let last = ''
  while (!signal?.aborted) {
    const view = observer.look(jobDir)
    const mark = view.state + view.processes.map(({ status }) => `${status.writer} ${status.beat}`).join()
    if (mark !== last) yield view
    last = mark
    if (!isRunning(view)) return
    // An abort while nothing happens ends the wait, which is no failure.
    await delay(intervalMs, undefined, { signal }).catch(() => {})
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { UsageError } from '../core/usage-error.js'
import { findJob } from '../jobs/find-job.js'
import { JobObserver, type JobView } from '../jobs/job-view.js'
import { isRunning } from '../jobs/list-jobs.js'
import type { MonitorOptions } from './jobs.js'
import { monitorLine, monitorText } from './monitor-text.js'
import { isRedrawable } from './terminal.js'
import { viewAsJson } from './view-as-json.js'

/** Shows how far a job is: once, or again and again until it ends. */
export async function monitorJob(job: string, options: MonitorOptions): Promise<void> {
  const jobDir = findJob(job, options.work_dir)
  const seconds = Number(options.interval)
  if (!(seconds > 0)) throw new UsageError(`--interval ${options.interval}: give a number of seconds above 0`)
  const observer = new JobObserver()
  const screen = new Screen()
  for (;;) {
    const view = observer.look(jobDir)
    show(view, options, screen)
    if (!options.watch || !isRunning(view)) return
    await delay(seconds * 1000)
  }
}

function show(view: JobView, { json, detailed = false, watch }: MonitorOptions, screen: Screen): void {
  if (json) process.stdout.write(`${JSON.stringify(viewAsJson(view))}\n`)
  else if (!watch) process.stdout.write(`${monitorText(view, detailed)}\n`)
  else if (isRedrawable(process.stdout)) screen.draw(monitorText(view, detailed))
  else process.stdout.write(`${new Date().toISOString()}  ${monitorLine(view)}\n`)
}

/** Draws a text over the one before. */
class Screen {
  #rows = 0

  draw(text: string): void {
    const columns = process.stdout.columns || 80
    const erase = this.#rows === 0 ? '' : `\x1b[${this.#rows}A\r\x1b[J`
    this.#rows = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0)
    process.stdout.write(`${erase}${text}\n`)
  }
}

import type { OpenRecipe } from '../engine/open-recipe.js'
import { ProgressMeter } from '../engine/progress.js'
import type { MeteredOptions } from '../engine/run-options.js'
import { runRecipe } from '../engine/run-recipe.js'
import { JobStopped } from '../execution/protocol/job-failure.js'
import { signalCodes } from './errors.js'
import { listenForStop } from './listen-for-stop.js'
import { ProgressDisplay } from './progress-display.js'
import { reportAsJson, reportAsTable } from './report.js'
import type { ShowOptions } from './show-options.js'
import { paintFor, widthOf } from './terminal.js'

/** What is printed at the end: for machines, and for people. */
interface Shown {
  readonly json: unknown
  readonly text: string
}

/** Runs a recipe, shows how it goes, then what came of it. */
export async function runAndShow(
  open: OpenRecipe,
  options: ShowOptions,
  more: Pick<MeteredOptions, 'onLedger'> = {},
): Promise<void> {
  await showWhileRunning(open, options, async observer => {
    const report = await runRecipe(open, { ...observer, ...more })
    return {
      json: reportAsJson(report),
      text: reportAsTable(report, paintFor(process.stdout), process.stdout.isTTY ? widthOf(process.stdout) : undefined),
    }
  })
}

/** Does the work of a job, shows how it goes, and turns signals into a stop that the job can be resumed from. */
export async function showWhileRunning(
  open: OpenRecipe,
  { quiet = false, json = false, leave_when_idle: leavesWhenIdle = false }: ShowOptions,
  work: (observer: MeteredOptions) => Promise<Shown>,
): Promise<void> {
  const say = (line: string) => void (quiet || json || process.stdout.write(`${line}\n`))
  const display = new ProgressDisplay(quiet || json ? undefined : process.stdout)
  const stop = listenForStop()
  const meter = new ProgressMeter()
  display.start(() => meter.snapshot())
  try {
    const shown = await work({
      signal: stop.signal,
      onHold: stop.listen,
      meter,
      leavesWhenIdle,
      onWarning: message => display.print(`warning: ${message}`, process.stderr),
      onStart: message => void (quiet || json || display.print(message, process.stdout)),
    })
    display.stop()
    if (json) process.stdout.write(`${JSON.stringify(shown.json)}\n`)
    else say(shown.text)
  } catch (error) {
    display.stop()
    if (!(error instanceof JobStopped)) throw error
    const { recipe } = open
    process.stderr.write(`Stopped. What is committed stays; go on with: npx pawl resume ${recipe.jobDir}\n`)
    process.exitCode = signalCodes[stop.received() ?? 'SIGTERM']
  } finally {
    stop.ignore()
  }
}

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { UsageError } from '../core/usage-error.js'
import type { PipelineOptions, PipelineOutcome } from '../engine/pipeline/pipeline-options.js'
import type { PipelineProgress } from '../engine/pipeline/pipeline-progress.js'
import { JobStopped } from '../execution/protocol/job-failure.js'
import { Pipeline } from '../library/pipeline.js'
import { bundleCustomModules } from '../ops/custom/bundle-custom.js'
import { formatCount, formatDuration, plural } from '../util/format.js'
import { signalCodes } from './errors.js'
import { listenForStop } from './listen-for-stop.js'
import { shardMode, wholeNumber } from './option-values.js'
import type { PipelineRunOptions } from './pipeline.js'
import { isRedrawable } from './terminal.js'

/** Runs the pipeline that a module exports, and shows how it goes. */
export async function runPipelineFile(file: string, options: PipelineRunOptions): Promise<void> {
  const { quiet = false, json = false } = options
  const pipeline = await loadPipeline(file)
  if (pipeline === undefined) return
  const stop = listenForStop()
  stop.listen()
  const line = new ProgressLine(quiet || json)
  const started = Date.now()
  try {
    const outcome = await pipeline.run({
      checkpointPath: options.checkpoint_path,
      workers: wholeNumber('--workers', options.workers),
      executor: options.executor as PipelineOptions['executor'],
      rayAddress: options.ray_address,
      maxAttempts: wholeNumber('--max_attempts', options.max_attempts),
      retryFailed: options.retryFailed,
      replayQuarantined: options.replayQuarantined,
      shard: shardMode(options.shard),
      leavesWhenIdle: options.leave_when_idle,
      signal: stop.signal,
      onWarning: message => line.print(`warning: ${message}`, process.stderr),
      onStart: message => void (quiet || json || line.print(message, process.stdout)),
      onProgress: progress => line.show(progress),
    })
    line.end()
    if (json) process.stdout.write(`${JSON.stringify(outcome)}\n`)
    else tell(outcome, quiet, Date.now() - started)
    if (outcome.failed > 0) process.exitCode = 1
  } catch (error) {
    line.end()
    if (!(error instanceof JobStopped)) throw error
    process.stderr.write('Stopped. What is committed stays; the same command goes on.\n')
    process.exitCode = signalCodes[stop.received() ?? 'SIGTERM']
  } finally {
    stop.ignore()
  }
}

function tell({ complete, failed, failedSources, wasComplete }: PipelineOutcome, quiet: boolean, ms: number): void {
  const all = `${plural(complete, 'source')} complete`
  if (!quiet)
    process.stdout.write(
      wasComplete
        ? `Nothing to do: ${all}\n`
        : `${all}${failed > 0 ? `, ${failed} failed` : ''} (${formatDuration(ms)})\n`,
    )
  for (const { name, attempts, isRetried, failures } of failedSources) {
    const [first] = failures
    const stage = first?.stage === '' ? '' : `${first?.stage}: `
    const next = isRetried ? 'the next run tries it again' : 'left alone; --retry-failed tries it again'
    process.stderr.write(`failed: ${name} (${plural(attempts, 'run')}; ${next}): ${stage}${first?.error}\n`)
  }
}

/** The pipeline of a module; undefined where the module has run it itself. */
async function loadPipeline(file: string): Promise<Pipeline | undefined> {
  const path = resolve(file)
  if (!existsSync(path)) throw new UsageError(`there is no file ${path}`)
  let code: string
  try {
    const [bundle] = await bundleCustomModules([path])
    code = bundle.code
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/^custom_operator_paths: /, ''), { cause: error })
  }
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
  const { default: exported } = (await import(url)) as { readonly default?: unknown }
  if (exported === undefined) return undefined
  const pipeline: unknown = typeof exported === 'function' ? await (exported as () => unknown)() : exported
  if (!(pipeline instanceof Pipeline))
    throw new UsageError(`${path}: its default export is no Pipeline, nor a function that gives one`)
  return pipeline as Pipeline
}

const plainLineMs = 10_000

/** One line that is drawn over on a terminal; elsewhere one now and then. */
class ProgressLine {
  readonly #isDrawn = isRedrawable(process.stdout)
  #lastLine = Date.now()
  #isShown = false

  constructor(readonly isSilent: boolean) {}

  show(progress: PipelineProgress): void {
    if (this.isSilent) return
    if (this.#isDrawn) {
      process.stdout.write(`\r\x1b[2K${lineOf(progress)}`)
      this.#isShown = true
    } else if (Date.now() - this.#lastLine >= plainLineMs) {
      this.#lastLine = Date.now()
      process.stdout.write(`${lineOf(progress)}\n`)
    }
  }

  print(text: string, to: NodeJS.WritableStream): void {
    this.end()
    to.write(`${text}\n`)
  }

  end(): void {
    if (this.#isShown) process.stdout.write('\r\x1b[2K')
    this.#isShown = false
  }
}

function lineOf({ sourcesComplete, sourcesTotal, sourcesFailed, itemsIn, leftMs }: PipelineProgress): string {
  const failed = sourcesFailed > 0 ? `, ${sourcesFailed} failed` : ''
  const left = leftMs === undefined ? '' : `, ${formatDuration(leftMs)} left`
  return `${formatCount(sourcesComplete)} of ${plural(sourcesTotal, 'source')}${failed}, ${formatCount(itemsIn)} items${left}`
}

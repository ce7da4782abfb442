import { UsageError } from '../core/usage-error.js'
import { traceOne } from '../inspect/trace-one.js'
import type { SampleTrace, TraceStep, WantedSample } from '../inspect/trace-steps.js'
import { findJob } from '../jobs/find-job.js'
import { exampleText } from './show-example.js'
import { type Paint, paintFor } from './terminal.js'
import type { TraceCommandOptions } from './trace.js'

/** Prints the way of one sample through the operators of a job, or the stages of a pipeline. */
export async function showTrace(job: string, options: TraceCommandOptions): Promise<void> {
  const trace = await traceOne(findJob(job, options.work_dir), readWanted(options))
  if (options.json) {
    process.stdout.write(`${JSON.stringify(trace)}\n`)
    return
  }
  const paint = paintFor(process.stdout)
  const place = trace.line === undefined ? `made by ${trace.behind}` : `line ${trace.line}`
  process.stdout.write(
    `${paint('bold', `${trace.file}, ${place}`)} (${trace.of === 'pipeline' ? 'source' : 'partition'} ${trace.partition})\n`,
  )
  for (const step of trace.steps) process.stdout.write(stepText(step, { of: trace.of, paint }))
  process.stdout.write(`${endText(trace)}\n`)
  if (trace.isWritten === false)
    process.stdout.write(`The pipeline has not written source ${trace.partition}: this is what its stages would do.\n`)
}

function endText({ after, ending }: SampleTrace): string {
  if (ending === 'unknown') return 'What came of it from there on is seen in the output alone.'
  if (after.length === 0) return 'Nothing is left of it.'
  const end = after.length === 1 ? 'it is kept' : `${after.length} samples came of it`
  if (ending === 'assumed') return `If it was kept where that is not known, ${end}.`
  return `${end.replace('it is', 'It is')}.`
}

interface Showing {
  readonly of: SampleTrace['of']
  readonly paint: Paint
}

function stepText(step: TraceStep, { of, paint }: Showing): string {
  const { index, operator, outcome, made, entry, stats, error, files, reason, withOthers } = step
  const name = `${of === 'pipeline' ? `stage ${index}` : `process[${index}]`} ${operator}`
  const written = files === undefined ? '' : `, written to ${files.join(', ')}`
  const measured =
    stats === undefined
      ? ''
      : paint(
          'dim',
          ` (${Object.entries(stats)
            .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
            .join(', ')})`,
        )
  switch (outcome) {
    case 'kept':
      return `${name}: kept${written}${measured}\n`
    case 'changed': {
      const many = made === undefined ? '' : ` into ${made} samples`
      const joined = withOthers ? ', together with others of its batch' : ''
      const shown = entry === undefined ? '' : `  ${exampleText({ kind: 'changed', entry, number: index }, paint)}`
      return `${name}: ${paint('yellow', `changed${many}`)}${joined}${written}\n${shown}`
    }
    case 'dropped': {
      const shown = entry === undefined ? '' : `  ${exampleText({ kind: 'dropped', entry, number: index }, paint)}`
      return `${name}: ${paint('red', 'dropped')}${written}${measured}\n${shown}`
    }
    case 'failed':
      return `${name}: ${paint('red', `failed, so that it was set aside: ${error}`)}\n`
    case 'unknown':
      return `${name}: ${paint('dim', reason === undefined ? lost : `not known: ${reason}`)}\n`
  }
}

const lost = 'what it decided on is no longer kept; what follows holds where it kept the sample'

function readWanted({ id, line }: TraceCommandOptions): WantedSample {
  if ((id === undefined) === (line === undefined))
    throw new UsageError('name one sample: --id FIELD=VALUE, or --line FILE:N')
  if (id !== undefined) {
    const at = id.indexOf('=')
    if (at < 1) throw new UsageError(`--id ${id}: give a field and its value, such as id=doc-17`)
    return { kind: 'field', field: id.slice(0, at), value: id.slice(at + 1) }
  }
  const [, file, number] = /^(.+):(\d+)$/.exec(line ?? '') ?? []
  if (file === undefined || Number(number) < 1)
    throw new UsageError(`--line ${line}: give a file and a line from 1 on, such as data/a.jsonl:12`)
  return { kind: 'line', file, line: Number(number) }
}

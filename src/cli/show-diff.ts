import { UsageError } from '../core/usage-error.js'
import { diffJobs, type SampleDifference } from '../inspect/diff-jobs.js'
import { diffPipelines } from '../inspect/diff-pipelines.js'
import { findJob } from '../jobs/find-job.js'
import { isPipeline } from '../jobs/refuse-pipeline.js'
import { JobDirectory } from '../state/job-directory.js'
import { formatCount, plural } from '../util/format.js'
import { alignColumns } from './align-columns.js'
import { pipelineDiffText } from './pipeline-diff-text.js'
import { paintFor } from './terminal.js'
import type { DiffCommandOptions } from './trace.js'

/** Prints what differs between two jobs. The exit code is 0 also where something does. */
export async function showDiff(a: string, b: string, options: DiffCommandOptions): Promise<void> {
  const { work_dir, json, examples, key } = options
  const most = readCount('examples', examples)
  const mostExplained = options.explain === undefined ? undefined : readCount('explain', options.explain)
  const [dirA, dirB] = [findJob(a, work_dir), findJob(b, work_dir)]
  const kinds = [dirA, dirB].map(dir => isPipeline(new JobDirectory(dir)))
  if (kinds[0] !== kinds[1])
    throw new UsageError(
      `${kinds[0] ? a : b} is a pipeline and ${kinds[0] ? b : a} the job of a recipe: compare two of a kind`,
    )
  if (kinds[0]) {
    const difference = await diffPipelines(dirA, dirB, { mostExamples: most, mostExplained, key })
    process.stdout.write(json ? `${JSON.stringify(difference)}\n` : pipelineDiffText(difference, [a, b]))
    return
  }
  const difference = await diffJobs(dirA, dirB, { mostExamples: most, mostExplained })
  if (json) {
    process.stdout.write(`${JSON.stringify(difference)}\n`)
    return
  }
  const { samplesA, samplesB, same, changed, onlyInA, onlyInB, operators, explained, fields, stats } = difference
  const lines = [
    `${plural(samplesA, 'sample')} in ${a}, ${formatCount(samplesB)} in ${b}: ${formatCount(same)} the same, ${formatCount(changed)} differ, ${formatCount(onlyInA)} only in ${a}, ${formatCount(onlyInB)} only in ${b}`,
  ]
  if (operators.length > 0) {
    const rows = operators.map(one => [one.operator, formatCount(one.onlyInA), formatCount(one.onlyInB)])
    lines.push('', ...alignColumns([['operator', `dropped in ${b} alone`, `in ${a} alone`], ...rows]))
    if (Math.max(onlyInA, onlyInB) > explained)
      lines.push(`(of the first ${formatCount(explained)} of each, which were run again; --explain N takes more)`)
  }
  const differing = [
    ...Object.entries(fields),
    ...Object.entries(stats).map(([name, count]) => [`${name} (statistic)`, count] as const),
  ]
  if (differing.length > 0)
    lines.push(
      '',
      ...alignColumns([['field', 'samples'], ...differing.map(([name, count]) => [name, formatCount(count)])]),
    )
  const paint = paintFor(process.stdout)
  for (const example of difference.examples) lines.push('', exampleLines(example, [a, b], paint))
  process.stdout.write(`${lines.join('\n')}\n`)
}

function readCount(option: string, given: string): number {
  const count = Number(given)
  if (!Number.isInteger(count) || count < 0) throw new UsageError(`--${option} ${given}: give a whole number`)
  return count
}

function exampleLines(
  { file, line, kind, operator, why, fields, stats }: SampleDifference,
  [a, b]: readonly [string, string],
  paint: ReturnType<typeof paintFor>,
): string {
  const place = paint('bold', `${file}, line ${line}`)
  if (kind !== 'changed') {
    const [has, lacks] = kind === 'only_in_a' ? [a, b] : [b, a]
    const reason = why === undefined ? '' : ` ${JSON.stringify(why)}`
    return `${place}: only in ${has}${operator === undefined ? '' : `; ${operator} of ${lacks} dropped it${reason}`}`
  }
  const changes = Object.entries({ ...fields, ...stats }).map(
    ([name, [left, right]]) =>
      `  ${name}: ${paint('red', JSON.stringify(left))} → ${paint('green', JSON.stringify(right))}`,
  )
  return [`${place}: differs`, ...changes].join('\n')
}

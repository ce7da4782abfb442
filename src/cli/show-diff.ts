import { UsageError } from '../core/usage-error.js'
import { diffJobs, mostExplained, type SampleDifference } from '../inspect/diff-jobs.js'
import { findJob } from '../jobs/find-job.js'
import { formatCount, plural } from '../util/format.js'
import { alignColumns } from './align-columns.js'
import { paintFor } from './terminal.js'
import type { DiffCommandOptions } from './trace.js'

/** Prints what differs between two jobs. The exit code is 0 also where something does. */
export async function showDiff(a: string, b: string, { work_dir, json, examples }: DiffCommandOptions): Promise<void> {
  const most = Number(examples)
  if (!Number.isInteger(most) || most < 0) throw new UsageError(`--examples ${examples}: give a whole number`)
  const difference = await diffJobs(findJob(a, work_dir), findJob(b, work_dir), most)
  if (json) {
    process.stdout.write(`${JSON.stringify(difference)}\n`)
    return
  }
  const { samplesA, samplesB, same, changed, onlyInA, onlyInB, operators, fields, stats } = difference
  const lines = [
    `${plural(samplesA, 'sample')} in ${a}, ${formatCount(samplesB)} in ${b}: ${formatCount(same)} the same, ${formatCount(changed)} differ, ${formatCount(onlyInA)} only in ${a}, ${formatCount(onlyInB)} only in ${b}`,
  ]
  if (operators.length > 0) {
    const rows = operators.map(one => [one.operator, formatCount(one.onlyInA), formatCount(one.onlyInB)])
    lines.push('', ...alignColumns([['operator', `dropped in ${b} alone`, `in ${a} alone`], ...rows]))
    if (Math.max(onlyInA, onlyInB) > mostExplained)
      lines.push(`(of the first ${mostExplained} of each, which were run again)`)
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

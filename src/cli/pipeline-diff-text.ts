import type { DocumentDifference, PipelineDifference } from '../inspect/diff-pipelines.js'
import { formatCount, plural } from '../util/format.js'
import { alignColumns } from './align-columns.js'
import { type Paint, paintFor } from './terminal.js'

/** What differs between two pipelines, for people; the names are those that they were asked for by. */
export function pipelineDiffText(difference: PipelineDifference, [a, b]: readonly [string, string]): string {
  const { sourcesSame, sourcesDiffering, same, changed, onlyInA, onlyInB, stages, fields, examples } = difference
  const lines = [
    `${plural(sourcesSame + sourcesDiffering, 'source')} in both: ${formatCount(sourcesSame)} the same, ${formatCount(sourcesDiffering)} differ${alone(difference, [a, b])}`,
    `documents of those: ${formatCount(same)} the same, ${formatCount(changed)} differ, ${formatCount(onlyInA)} only in ${a}, ${formatCount(onlyInB)} only in ${b}`,
  ]
  const told = (count: number | null | undefined) =>
    count === undefined ? '-' : count === null ? '?' : formatCount(count)
  const rows = stages.map(({ stage, inA, outA, inB, outB }) => [stage, told(inA), told(outA), told(inB), told(outB)])
  lines.push('', ...alignColumns([['stage', `in ${a}`, 'out', `in ${b}`, 'out'], ...rows]))
  if (rows.some(row => row.includes('?'))) lines.push('(?: not counted there, as stages that are run as one are not)')
  lines.push(...lossLines(difference, [a, b]))
  const differing = Object.entries(fields).map(([name, count]) => [name, formatCount(count)])
  if (differing.length > 0) lines.push('', ...alignColumns([['field', 'documents'], ...differing]))
  const paint = paintFor(process.stdout)
  for (const example of examples) lines.push('', exampleLines(example, [a, b], paint))
  return `${lines.join('\n')}\n`
}

function lossLines(
  { losses, explained, onlyInA, onlyInB }: PipelineDifference,
  [a, b]: readonly [string, string],
): string[] {
  const lines: string[] = []
  if (losses.length > 0) {
    const rows = losses.map(one => [one.stage, formatCount(one.onlyInA), formatCount(one.onlyInB)])
    lines.push('', ...alignColumns([['stage', `dropped in ${b} alone`, `in ${a} alone`], ...rows]))
  }
  if (Math.max(onlyInA, onlyInB) > explained)
    lines.push(`(of the first ${formatCount(explained)} of each, which were run again; --explain N takes more)`)
  return lines
}

const mostNamed = 5

function alone({ sourcesOnlyInA, sourcesOnlyInB }: PipelineDifference, [a, b]: readonly [string, string]): string {
  const tell = (names: readonly string[], where: string) => {
    const shown = names.slice(0, mostNamed).join(', ')
    return names.length === 0
      ? ''
      : `; ${formatCount(names.length)} only in ${where} (${shown}${names.length > mostNamed ? ', …' : ''})`
  }
  return tell(sourcesOnlyInA, a) + tell(sourcesOnlyInB, b)
}

function exampleLines(
  { source, kind, key, document, stage, why, fields }: DocumentDifference,
  [a, b]: readonly [string, string],
  paint: Paint,
): string {
  const name = key === null ? shorten(document) : JSON.stringify(key)
  const place = paint('bold', `source ${source}, ${name}`)
  if (kind === 'changed') {
    const changes = Object.entries(fields ?? {}).map(
      ([field, { original, processed }]) =>
        `  ${field}: ${paint('red', JSON.stringify(original))} → ${paint('green', JSON.stringify(processed))}`,
    )
    return [`${place}: differs`, ...changes].join('\n')
  }
  const [has, lacks] = kind === 'only_in_a' ? [a, b] : [b, a]
  const reason = why === undefined ? '' : ` ${JSON.stringify(why)}`
  return `${place}: only in ${has}${stage === undefined ? '' : `; ${stage} of ${lacks} dropped it${reason}`}`
}

function shorten(document: DocumentDifference['document']): string {
  const text = JSON.stringify(document ?? null)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

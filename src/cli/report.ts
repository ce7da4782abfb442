import type { RunReport } from '../engine/run-report.js'
import { formatBytes, formatCount, formatDuration } from '../util/format.js'
import { type Paint, plainPaint } from './terminal.js'

/** The table at the end of a run. */
export function reportAsTable(
  report: RunReport,
  paint: Paint = plainPaint,
  columns = Number.POSITIVE_INFINITY,
): string {
  const { counts } = report
  const speed = report.bytesPerSecond > 0 ? `, ${formatBytes(report.bytesPerSecond)}/s` : ''
  const lines = [
    '',
    alignColumns(tableRows(report), columns),
    '',
    `samples in    ${formatCount(counts.read)} (${formatBytes(counts.bytes)})`,
    `kept          ${formatCount(report.samplesOut)} (${formatBytes(report.exportedBytes)})`,
    ...report.decisions.map(decision => `clusters      ${decision}`),
    ...whyNothing(report).map(reason => paint('yellow', reason)),
    `quarantined   ${formatCount(report.quarantined)}${report.quarantined > 0 ? ` → ${report.jobDir}/quarantine/quarantine.jsonl` : ''}`,
    `time          ${formatDuration(report.durationMs)}${speed}${report.wasComplete ? ' (nothing to do: the job was complete)' : ''}`,
    `output        ${report.exportPath}`,
    `job           ${report.jobDir}`,
    ...(report.skipped.length > 0 ? [`without       ${report.skipped.join(', ')}: absent here`] : []),
  ]
  return lines.join('\n')
}

/** What is done beside the operators. */
interface Step {
  readonly samples: number
  readonly ms: number
  readonly defects?: string
}

/** One row a step: reading, the operators, checkpoints, export; times as shares of what the workers spent in all. */
function tableRows(report: RunReport): string[][] {
  const { counts, operators, exportMs } = report
  const allMs = counts.readMs + counts.writeMs + exportMs + counts.operators.reduce((sum, { ms }) => sum + ms, 0)
  const step = (name: string, { samples, ms, defects = '' }: Step) => {
    return [name, formatCount(samples), '', '', defects, '', share(ms, allMs)]
  }
  return [
    ['operator', 'samples in', 'changed', 'dropped', 'quarantined', 'drop', 'time'],
    step('reading', { samples: counts.read, ms: counts.readMs, defects: formatCount(counts.defects) }),
    ...operators.map(({ name }, index) => {
      const count = counts.operators[index] ?? { in: 0, changed: 0, quarantined: 0, ms: 0 }
      const dropped = droppedBy(report, index)
      const numbers = [count.in, count.changed, dropped, count.quarantined].map(formatCount)
      return [name, ...numbers, share(dropped, count.in), share(count.ms, allMs)]
    }),
    step('checkpoints', { samples: counts.operators.at(-1)?.out ?? counts.read, ms: counts.writeMs }),
    step('export', { samples: report.samplesOut, ms: exportMs }),
  ]
}

function droppedBy({ counts }: RunReport, index: number): number {
  const count = counts.operators[index]
  return count === undefined ? 0 : Math.max(0, count.in - count.out - count.quarantined)
}

/** `12 %`, and `0.4 %` where rounding would make nothing of something. */
function share(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (part / whole) * 100
  return percent > 0 && percent < 0.95 ? `${percent.toFixed(1)} %` : `${Math.round(percent)} %`
}

/** Where samples went in and none came out: what took most of them. */
function whyNothing(report: RunReport): string[] {
  const { counts, operators, samplesOut } = report
  if (samplesOut > 0 || counts.read === 0) return []
  const reasons = [
    { samples: counts.notTaken, why: 'were not taken: the weights of dataset_path leave them out' },
    { samples: counts.defects, why: 'hold no valid record, see the quarantine' },
    ...operators.flatMap(({ name }, index) => [
      { samples: droppedBy(report, index), why: `were dropped by ${name} (process[${index}])` },
      {
        samples: counts.operators[index]?.quarantined ?? 0,
        why: `failed in ${name} (process[${index}]), see the quarantine`,
      },
    ]),
  ]
  const [most] = reasons.sort((a, b) => b.samples - a.samples)
  if (most.samples === 0) return []
  return [`              nothing was kept: ${formatCount(most.samples)} of ${formatCount(counts.read)} ${most.why}`]
}

/** The same for machines: sizes in bytes, times in milliseconds. */
export function reportAsJson(report: RunReport) {
  const { counts, operators } = report
  return {
    job_id: report.jobId,
    job_dir: report.jobDir,
    export_path: report.exportPath,
    samples_in: counts.read,
    samples_out: report.samplesOut,
    quarantined: report.quarantined,
    input_bytes: counts.bytes,
    export_bytes: report.exportedBytes,
    processed_bytes: report.processedBytes,
    bytes_per_second: Math.round(report.bytesPerSecond),
    duration_ms: Math.round(report.durationMs),
    reading_ms: counts.readMs,
    checkpoints_ms: counts.writeMs,
    export_ms: report.exportMs,
    was_complete: report.wasComplete,
    skipped_operators: report.skipped,
    decisions: report.decisions,
    operators: operators.map(({ name }, index) => ({ name, ...counts.operators[index] })),
  }
}

const shortestName = 16

/** Columns that narrow terminals do without, in this order. */
const dispensable = ['changed', 'quarantined']

/** Leaves out columns until the rest fits beside a shortened name. */
function fitColumns(rows: readonly (readonly string[])[], columns: number): readonly (readonly string[])[] {
  let left = rows
  for (const title of dispensable) {
    const widths = left[0].map((_, column) => Math.max(...left.map(row => row[column].length)))
    if (shortestName + widths.slice(1).reduce((sum, width) => sum + width + 2, 0) <= columns) break
    const at = left[0].indexOf(title)
    left = left.map(row => row.toSpliced(at, 1))
  }
  return left
}

/** Aligns columns; where they are too wide for the terminal, the names in the first are shortened. */
function alignColumns(all: readonly (readonly string[])[], columns: number): string {
  const rows = fitColumns(all, columns)
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
  const room = columns - widths.slice(1).reduce((sum, width) => sum + width + 2, 0)
  const first = Math.min(widths[0], Math.max(shortestName, room))
  const name = (cell: string) => (cell.length > first ? `${cell.slice(0, first - 1)}…` : cell.padEnd(first))
  return rows
    .map(row => row.map((cell, column) => (column === 0 ? name(cell) : cell.padStart(widths[column]))).join('  '))
    .map(line => line.trimEnd())
    .join('\n')
}

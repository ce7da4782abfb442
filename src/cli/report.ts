import type { RunReport } from '../engine/run-report.js'
import { formatBytes, formatCount, formatDuration } from '../util/format.js'

/** The table at the end of a run. */
export function reportAsTable(report: RunReport): string {
  const { counts, operators } = report
  const rows = operators.map(({ name }, index) => {
    const count = counts.operators[index]
    const dropped = count === undefined ? 0 : Math.max(0, count.in - count.out - count.quarantined)
    return [
      name,
      formatCount(count?.in ?? 0),
      formatCount(count?.changed ?? 0),
      formatCount(dropped),
      formatCount(count?.quarantined ?? 0),
      formatDuration(count?.ms ?? 0),
    ]
  })
  const table = alignColumns([['operator', 'samples in', 'changed', 'dropped', 'quarantined', 'time'], ...rows])
  const seconds = report.durationMs / 1000
  const speed = report.processedBytes > 0 ? `, ${formatBytes(report.processedBytes / seconds)}/s` : ''
  const lines = [
    '',
    ...(rows.length > 0 ? [table, ''] : []),
    `samples in    ${formatCount(counts.read)} (${formatBytes(counts.bytes)})`,
    `kept          ${formatCount(report.samplesOut)} (${formatBytes(report.exportedBytes)})`,
    `quarantined   ${formatCount(report.quarantined)}${report.quarantined > 0 ? ` → ${report.jobDir}/quarantine/quarantine.jsonl` : ''}`,
    `time          ${formatDuration(report.durationMs)}${speed}${report.wasComplete ? ' (nothing to do: the job was complete)' : ''}`,
    `output        ${report.exportPath}`,
    `job           ${report.jobDir}`,
    ...(report.skipped.length > 0 ? [`without       ${report.skipped.join(', ')}: absent here`] : []),
  ]
  return lines.join('\n')
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
    duration_ms: report.durationMs,
    was_complete: report.wasComplete,
    skipped_operators: report.skipped,
    operators: operators.map(({ name }, index) => ({ name, ...counts.operators[index] })),
  }
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
  return rows
    .map(row =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
    )
    .join('\n')
}

import type { JobView, ProcessView } from '../jobs/job-view.js'
import type { ProcessStatus } from '../state/process-status.js'
import { formatBytes, formatCount, formatDuration } from '../util/format.js'
import { alignColumns } from './align-columns.js'

/** One look at a job in one line, for logs. */
export function monitorLine(view: JobView): string {
  return [
    view.state,
    percentOf(view),
    `${formatCount(view.partitionsDone)}/${formatCount(view.partitionsTotal)} partitions`,
    `${formatBytes(view.bytesPerSecond)}/s`,
    ...leftOf(view),
    `kept ${formatCount(view.kept)}`,
    `quarantined ${formatCount(view.quarantined)}`,
  ].join(', ')
}

/** One look at a job, for people. */
export function monitorText(view: JobView, isDetailed: boolean): string {
  const rows = [
    ['job', `${view.jobId} (${view.jobDir})`],
    ['state', [view.state, ...(view.message === undefined ? [] : [view.message])].join(': ')],
    ['progress', [percentOf(view), ...leftOf(view)].join(', ')],
    ['partitions', `${formatCount(view.partitionsDone)} of ${formatCount(view.partitionsTotal)}`],
    [
      'samples',
      `${formatCount(view.samplesIn)} in, ${formatCount(view.kept)} kept, ${formatCount(view.quarantined)} in quarantine`,
    ],
    ['speed', `${formatBytes(view.bytesPerSecond)}/s`],
    ...view.processes.filter(({ status }, index) => index === 0 || status.state === 'running').map(processRow),
    ...(view.exportPath === undefined ? [] : [['output', view.exportPath]]),
    ...(view.state === 'completed' || view.state === 'running' ? [] : [['go on with', view.resumeCommand]]),
  ]
  const lines = alignColumns(rows)
  const [latest] = view.processes
  if (isDetailed && latest !== undefined) lines.push(...details(latest.status, view.processes))
  return lines.join('\n')
}

function percentOf({ share }: JobView): string {
  return share === undefined ? 'progress unknown' : `${Math.floor(share * 100)} %`
}

function leftOf({ leftMs, leftRangeMs }: JobView): string[] {
  if (leftMs === undefined) return []
  const range =
    leftRangeMs === undefined ? '' : ` (${formatDuration(leftRangeMs[0])} to ${formatDuration(leftRangeMs[1])})`
  return [`${formatDuration(leftMs)} left${range}`]
}

function processRow({ state, ageMs, status }: ProcessView): string[] {
  const memory = status.state === 'running' ? `, memory ${formatBytes(status.memory_bytes)}` : ''
  return [
    'process',
    `${status.pid} on ${status.host}: ${state}, ${status.phase}, last beat ${formatDuration(ageMs)} ago by this host's clock${memory}`,
  ]
}

function details(latest: ProcessStatus, processes: readonly ProcessView[]): string[] {
  return [
    '',
    ...(latest.start_message === null ? [] : [latest.start_message]),
    '',
    ...operatorTable(latest),
    '',
    ...alignColumns([
      [
        'checkpoints',
        `${formatCount(latest.checkpoints.count)} in this run, ${formatBytes(latest.checkpoints.bytes)}${sinceText(latest)}`,
      ],
      ['retries', `${formatCount(latest.retries)}, workers lost ${formatCount(latest.workers_lost)}`],
    ]),
    ...workerTable(processes),
  ]
}

function sinceText({ checkpoints: { last_at }, written_at }: ProcessStatus): string {
  if (last_at === null) return ''
  return `, the last ${formatDuration(Math.max(0, Date.parse(written_at) - Date.parse(last_at)))} before its last beat`
}

function operatorTable({ operators }: ProcessStatus): string[] {
  const total = operators.reduce((sum, { ms }) => sum + ms, 0)
  const rows = operators.map(({ name, samples_in, samples_out, dropped, quarantined, ms }) => [
    name,
    formatCount(samples_in),
    formatCount(samples_out),
    formatCount(dropped),
    formatCount(quarantined),
    ms === 0 ? '' : formatCount(Math.round((samples_in / ms) * 1000)),
    total === 0 ? '' : `${Math.round((ms / total) * 100)} %`,
  ])
  return alignColumns([['operator', 'in', 'out', 'dropped', 'quarantined', 'samples/s', 'time'], ...rows])
}

function workerTable(processes: readonly ProcessView[]): string[] {
  const rows = processes.flatMap(({ state, status }) =>
    state !== 'running' && state !== 'running?'
      ? []
      : status.workers.map(({ pid, unit, for_ms, silent_ms, memory_bytes }) => [
          `${pid} on ${status.host}`,
          unit ?? 'idle',
          unit === null ? '' : formatDuration(for_ms),
          unit === null ? '' : `${formatDuration(silent_ms)} ago`,
          formatBytes(memory_bytes),
        ]),
  )
  return rows.length === 0 ? [] : ['', ...alignColumns([['worker', 'unit', 'for', 'last sign', 'memory'], ...rows])]
}

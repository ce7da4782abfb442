import { UsageError } from '../core/usage-error.js'
import { findJob } from '../jobs/find-job.js'
import { isRunning, listJobs } from '../jobs/list-jobs.js'
import { type StoppedProcess, stopProcesses } from '../jobs/stop-job.js'
import { alignColumns } from './align-columns.js'
import type { StopCommandOptions } from './jobs.js'

/** Stops a job and says what became of it, what it had in hand, and how to go on. */
export async function stopAndTell(job: string | undefined, options: StopCommandOptions): Promise<void> {
  if (options.list) return listRunning(options.work_dir)
  if (job === undefined) throw new UsageError('name a job, or list those that run with --list')
  const jobDir = findJob(job, options.work_dir)
  const seconds = Number(options.timeout)
  const pid = options.pid === undefined ? undefined : Number(options.pid)
  if (!(seconds >= 0)) throw new UsageError(`--timeout ${options.timeout}: give a number of seconds`)
  if (pid !== undefined && !Number.isInteger(pid)) throw new UsageError(`--pid ${options.pid}: give a process number`)
  const report = await stopProcesses(jobDir, {
    force: options.force,
    timeoutMs: seconds * 1000,
    host: options.host,
    pid,
  })
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else if (report.processes.length === 0) process.stdout.write(`Nothing to stop: no process runs ${jobDir}\n`)
  else {
    for (const process_ of report.processes) process.stdout.write(`${sentenceFor(process_)}\n`)
    process.stdout.write(`What is committed stays; go on with: ${report.resumeCommand}\n`)
  }
  if (report.processes.some(({ outcome }) => outcome === 'timeout' || outcome === 'elsewhere')) process.exitCode = 1
}

function sentenceFor({ host, pid, outcome, inFlight }: StoppedProcess): string {
  const who = `Process ${pid} on ${host}`
  const lost =
    inFlight.length === 0 ? '' : `; in flight were ${inFlight.join(', ')}, which are redone from their last checkpoint`
  switch (outcome) {
    case 'stopped':
      return `${who} stopped in order${lost}`
    case 'ended':
      return `${who} ended${lost}`
    case 'timeout':
      return `${who} did not end in time: try a longer --timeout, or --force`
    case 'elsewhere':
      return `${who} did not answer and cannot be ended from here: on ${host}, run pawl stop with --force`
  }
}

function listRunning(workDir: string | undefined): void {
  const workDirs = workDir === undefined ? undefined : [workDir]
  const jobs = listJobs({ workDirs, endedWithinMs: 0 }).filter(isRunning)
  if (jobs.length === 0) process.stdout.write('No job runs.\n')
  else {
    const rows = jobs.map(({ jobId, state, host, pid, jobDir }) => [jobId, state, `${host}:${pid}`, jobDir])
    process.stdout.write(`${alignColumns(rows).join('\n')}\n`)
  }
}

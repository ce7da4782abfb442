import { exportCheckpoint, listCheckpoints } from '../inspect/checkpoints.js'
import { findJob } from '../jobs/find-job.js'
import { isPipeline } from '../jobs/refuse-pipeline.js'
import { JobDirectory } from '../state/job-directory.js'
import { formatBytes, formatCount, formatDuration, plural } from '../util/format.js'
import { alignColumns } from './align-columns.js'
import type { CheckpointOptions } from './checkpoint.js'

export async function showCheckpoints(job: string, { work_dir, json }: CheckpointOptions): Promise<void> {
  const jobDir = findJob(job, work_dir)
  const isStages = isPipeline(new JobDirectory(jobDir))
  const [placeName, parts] = isStages ? ['stage', 'sources'] : ['process', 'partitions']
  const rows = await listCheckpoints(jobDir)
  if (json) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`)
  else if (rows.length === 0)
    process.stdout.write(`No checkpoint fits ${isStages ? 'the pipeline' : 'the recipe'} as it was run last.\n`)
  else {
    const lines = rows.map(({ opsDone, operator, partitions, partitionsTotal, rows: samples, sizeBytes, lastAt }) => [
      operator === undefined ? 'the reader' : `${placeName}[${opsDone - 1}] ${operator}`,
      `${formatCount(partitions)}/${formatCount(partitionsTotal)}`,
      formatCount(samples),
      formatBytes(sizeBytes),
      lastAt === undefined ? 'removed' : `${formatDuration(Math.max(0, Date.now() - lastAt.getTime()))} ago`,
    ])
    process.stdout.write(
      `${alignColumns([['after', parts, isStages ? 'tasks' : 'samples', 'size', 'written'], ...lines]).join('\n')}\n`,
    )
  }
}

export async function writeCheckpoint(job: string, options: CheckpointOptions): Promise<void> {
  const { work_dir, after = '', to = '', plain = false } = options
  const { rows, sizeBytes } = await exportCheckpoint(findJob(job, work_dir), { after, to, keepStats: !plain })
  process.stdout.write(`${plural(rows, 'sample')}, ${formatBytes(sizeBytes)}, in ${to}\n`)
}

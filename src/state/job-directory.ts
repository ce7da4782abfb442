import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { makeFolderDurably } from '../util/durable-file.js'

/** Where a job keeps what: `{work_dir}/{job_id}/` and the folders in it. */
export class JobDirectory {
  readonly checkpoints: string
  readonly partitions: string
  readonly quarantine: string
  readonly logs: string
  readonly metadata: string
  readonly ledger: string
  readonly summary: string
  readonly plan: string
  readonly cut: string
  readonly recipe: string
  readonly recipeYaml: string
  readonly manifest: string

  constructor(readonly path: string) {
    this.checkpoints = join(path, 'checkpoints')
    this.partitions = join(path, 'partitions')
    this.quarantine = join(path, 'quarantine')
    this.logs = join(path, 'logs')
    this.metadata = join(path, 'metadata')
    this.ledger = join(path, 'metadata', 'ledger')
    this.summary = join(path, 'job_summary.json')
    this.plan = join(path, 'dag_execution_plan.json')
    this.cut = join(path, 'partitions', 'cut.json')
    this.recipe = join(path, 'metadata', 'recipe.json')
    this.recipeYaml = join(path, 'metadata', 'recipe.yaml')
    this.manifest = join(path, 'metadata', 'input_manifest.json')
  }

  make(): void {
    for (const folder of [
      this.path,
      this.checkpoints,
      this.partitions,
      this.quarantine,
      this.logs,
      this.metadata,
      this.ledger,
    ]) {
      makeFolderDurably(folder)
    }
  }
}

/**
 * Finds a job by id or path: the path itself, `workDir/id`, or a folder of that name up to three levels
 * below `./outputs`.
 *
 * @returns every match, so that the caller can refuse an ambiguous id
 */
export function findJobs(job: string, workDir: string | undefined): string[] {
  if (existsSync(join(job, 'job_summary.json'))) return [resolve(job)]
  if (workDir !== undefined) return existsSync(join(workDir, job, 'job_summary.json')) ? [resolve(workDir, job)] : []
  return jobsBelow(resolve('outputs'), 3).filter(path => basename(path) === job)
}

/** Ids of all jobs below `./outputs`. */
export function findAllJobs(): string[] {
  return jobsBelow(resolve('outputs'), 3).map(path => basename(path))
}

function jobsBelow(folder: string, depth: number): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    if (!entry.isDirectory()) return []
    const path = join(folder, entry.name)
    if (existsSync(join(path, 'job_summary.json'))) return [path]
    return depth > 0 ? jobsBelow(path, depth - 1) : []
  })
}

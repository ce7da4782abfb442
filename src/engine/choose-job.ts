import { basename, dirname, resolve } from 'node:path'
import type { DatasetPath, Recipe, RecipeOrigin } from '../config/recipe.js'
import { JobDirectory, jobsIn } from '../state/job-directory.js'
import { LedgerIndex, type MirroredExports } from '../state/ledger-index.js'
import { stampFile } from '../util/file-stamp.js'
import { exportSettings } from './export-settings.js'
import { type RecordedRecipe, readRecordedRecipe } from './job-facts.js'

/** A job that wrote an export, or is on its way to it. */
export interface Claimant {
  readonly jobId: string
  readonly jobDir: string
  readonly record: RecordedRecipe | undefined
}

/** The job that a command without a `job_id` means. */
export interface ChosenJob {
  readonly jobId: string
  /** Why it may not be gone on with, where it belongs to another recipe. */
  readonly conflict: string | undefined
}

/**
 * The job that goes on where a recipe names none: the one of its work dir that wrote its export path or intends to,
 * or else the one whose id follows from that path, be it new.
 */
export function chooseJob(recipe: Recipe): ChosenJob {
  const { target } = exportSettings(recipe)
  const [claimant] = claimantsOf(dirname(recipe.jobDir), target)
  if (claimant === undefined) return { jobId: recipe.jobId, conflict: undefined }
  return { jobId: claimant.jobId, conflict: describeConflict(recipe, claimant, target) }
}

/** The jobs of a work dir that wrote an export or intend to, the one that was run last first. */
export function claimantsOf(workDir: string, target: string): Claimant[] {
  return jobsIn(workDir)
    .map(jobDir => ({ jobDir, jobId: basename(jobDir), record: readRecordedRecipe(new JobDirectory(jobDir)) }))
    .filter(({ jobDir, record }) => record?.target === target || hasWritten(jobDir, target))
    .map(claimant => ({ claimant, isCurrent: claimant.record?.target === target, since: lastRun(claimant.jobDir) }))
    .sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent) || (a.since < b.since ? 1 : -1))
    .map(({ claimant }) => claimant)
}

function lastRun(jobDir: string): string {
  return stampFile(new JobDirectory(jobDir).recipe)
}

/** By the short list of a job's exports, or, where that is lost, by the whole ledger. */
function hasWritten(jobDir: string, target: string): boolean {
  const directory = new JobDirectory(jobDir)
  const { ledger, exports, roots } = directory
  const mirror = directory.read<MirroredExports>(exports)
  if (mirror.kind === 'read') return mirror.content.exports.some(record => record.target === target)
  const index = LedgerIndex.read(ledger, exports, roots)
  const found = [...index.exports()].some(record => record.target === target)
  index.close()
  return found
}

/** The same file, the same content or the same input make it the same job: what else differs is an edit. */
function describeConflict(recipe: Recipe, { jobId, jobDir, record }: Claimant, target: string): string | undefined {
  if (record?.origin === undefined) return undefined
  const { origin, datasets } = record
  const here = datasetsOf(recipe.datasets)
  const isSame =
    (origin.file !== undefined && origin.file === recipe.origin.file) ||
    origin.content === recipe.origin.content ||
    (datasets.length === here.length && datasets.every(entry => here.includes(entry)))
  if (isSame) return undefined
  return (
    `export_path ${target} is the result of job ${jobId} (${jobDir}), which another recipe began: ` +
    `${describeOrigin(origin)} there, ${describeOrigin(recipe.origin)} here; ` +
    `dataset_path ${datasets.join(', ')} there, ${here.join(', ')} here. ` +
    `To go on with that job with this recipe, say --job_id ${jobId}; to keep both results, give another --export_path; ` +
    `to go on with it as it was: pawl resume ${jobDir}`
  )
}

function describeOrigin({ file }: RecipeOrigin): string {
  return file === undefined ? 'a recipe without a file' : `recipe ${file}`
}

/** What a recipe reads, as a set that is the same from every folder. */
export function datasetsOf(datasets: readonly DatasetPath[]): string[] {
  const entries = datasets.map(dataset => (dataset.kind === 'path' ? resolve(dataset.path) : absolute(dataset.text)))
  return [...new Set(entries)].sort()
}

/** A plain path is made absolute; one of a mixture with weights stays as it is written. */
function absolute(text: string): string {
  return /^\s*[\d.]+\s/.test(text) ? text.trim() : resolve(text.trim())
}

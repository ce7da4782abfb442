import { dirname, relative, sep } from 'node:path'
import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import type { ExportSettings } from '../execution/coordinator/export/export-form.js'
import { recordAtTarget, stateOfExport } from '../execution/coordinator/export/export-state.js'
import { examineJobPlace, type JobDirectory } from '../state/job-directory.js'
import { checkFormat } from '../state/job-format.js'
import { LedgerIndex } from '../state/ledger-index.js'
import { claimantsOf } from './choose-job.js'

/** What there is of a job before it is touched. */
export interface ExaminedJob {
  readonly exists: boolean
  /** False where `metadata/format` is to be written. */
  readonly hasFormat: boolean
  /** Where exports were put or are about to be, by the ledger as it was found. */
  readonly ledger: LedgerIndex
}

/**
 * Looks at the place of a job and refuses what it could not work in or would have to replace. Changes nothing: a
 * refusal leaves everything as it was.
 *
 * @throws {RecipeError} where the place or the export's name belongs to something else
 * @throws {JobFormatError} where another version began the job
 */
export function examineJob(
  recipe: Recipe,
  { target, overwrite }: ExportSettings,
  directory: JobDirectory,
): ExaminedJob {
  const { jobDir } = recipe
  const place = examineJobPlace(jobDir, overwrite ? firstPart(jobDir, target) : undefined)
  if (place.kind === 'occupied')
    throw RecipeError.of(
      `${jobDir} cannot become the directory of job ${recipe.jobId}: it holds ${place.by}, which is no part of a job. Choose another --job_id or --work_dir, or move that away`,
    )
  const hasFormat = place.kind === 'job' && checkFormat(jobDir)
  const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
  let state = stateOfExport(recordAtTarget(ledger.get('export', target)), jobDir, target)
  // Another process of the job may have put it there since the ledger was read.
  if (state.kind === 'foreign' && ledger.refresh().length > 0)
    state = stateOfExport(recordAtTarget(ledger.get('export', target)), jobDir, target)
  ledger.close()
  if (state.kind === 'special') throw RecipeError.of(`export_path ${target} ${state.what}: choose another name`)
  if (state.kind === 'foreign' && !overwrite)
    throw RecipeError.of(
      `export_path ${target} ${state.what}: choose another name, move it away, or say --overwrite true to have it moved aside. ` +
        describeWriter(recipe, target),
    )
  return { exists: place.kind === 'job', hasFormat, ledger }
}

/** The job that did write an export, and how to go on with it. */
function describeWriter({ jobDir }: Recipe, target: string): string {
  const [other] = claimantsOf(dirname(jobDir), target).filter(claimant => claimant.jobDir !== jobDir)
  return other === undefined
    ? 'To go on with the job that wrote it, name it with --job_id'
    : `It belongs to job ${other.jobId}: go on with that with --job_id ${other.jobId}, or pawl resume ${other.jobDir}`
}

/** The name in `folder` that a path in it begins with. */
function firstPart(folder: string, path: string): string | undefined {
  const [first] = relative(folder, path).split(sep)
  return first === '..' ? undefined : first
}

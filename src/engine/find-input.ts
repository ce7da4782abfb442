import type { Recipe } from '../config/recipe.js'
import type { DatasetCut, InputFile } from '../core/partition.js'
import { type OpenDataset, openDataset } from '../execution/coordinator/dataset/open-dataset.js'
import {
  filesOf,
  type PinnedCut,
  readPinnedCut,
  revisionOfPinned,
  usableCut,
} from '../execution/coordinator/dataset/pinned-cut.js'
import type { InputListing } from '../io/list-inputs.js'
import type { JobDirectory } from '../state/job-directory.js'
import type { OwnFile } from '../state/own-file.js'
import { usableCores } from '../util/cpu.js'
import { checkDisk, type DiskCheck } from './check-disk.js'
import { type ExaminedJob, examineJob } from './examine-job.js'
import { withColumns } from './export-settings.js'
import type { JobSession } from './job-session.js'
import { openInput } from './open-input.js'

/** What was learned of the input before the job was in this process's hands. */
export interface FoundInput {
  readonly listing: InputListing
  readonly dataset: OpenDataset
  /** Which pinned cut that was based on; undefined where there was none. */
  readonly revision: string | undefined
  /** The files of the last run, where they are known. */
  readonly before: readonly InputFile[] | undefined
  readonly examined: ExaminedJob
  readonly disk: DiskCheck
}

/**
 * Lists the input, looks at the job's place, and cuts the dataset or takes the cut that was pinned for it. Changes nothing.
 *
 * @throws {RecipeError} where input and output contradict each other, or the place belongs to something else
 * @throws {InputError} where the input cannot be listed
 */
export async function findInput(recipe: Recipe, directory: JobDirectory): Promise<FoundInput> {
  const pinned = readPinnedCut(directory)
  const before = filesOf(pinned)
  const { settings, listing } = await openInput(recipe, before)
  const examined = examineJob(recipe, settings, directory)
  const dataset = await datasetOf(recipe, listing, pinned)
  const { cut } = dataset
  const disk = checkDisk(recipe, { cut, exporting: withColumns(settings, cut), ledger: examined.ledger })
  const revision = pinned.kind === 'read' ? pinned.content.revision : undefined
  return { listing, dataset, revision, before, examined, disk }
}

/** The input as it was found, unless another process pinned another cut before this one got hold of the job. */
export async function stillValid(
  { recipe, directory }: JobSession,
  given: FoundInput | undefined,
): Promise<{ readonly cut: DatasetCut; readonly before?: readonly InputFile[] }> {
  const found = given ?? (await findInput(recipe, directory))
  const revision = revisionOfPinned(directory)
  if (revision === undefined || revision === found.revision) return { cut: found.dataset.cut, before: found.before }
  const now = readPinnedCut(directory)
  const { cut } = await datasetOf(recipe, found.listing, now)
  return { cut, before: filesOf(now) }
}

function datasetOf(recipe: Recipe, listing: InputListing, cut: OwnFile<PinnedCut>): Promise<OpenDataset> {
  return openDataset(recipe, listing, { pinned: usableCut(cut, cutSettingsOf(recipe)), cores: usableCores() })
}

/** The settings that a pinned cut holds for. */
export function cutSettingsOf({ partition, suffixes }: Recipe): unknown {
  return { partition, suffixes }
}

import { basename, dirname } from 'node:path'
import type { PointRecord } from '../core/records.js'
import { UsageError } from '../core/usage-error.js'
import { furthestPoint, readRecordedRecipe } from '../engine/job-facts.js'
import { type OpenRecipe, openRecipe } from '../engine/open-recipe.js'
import { recallStates } from '../engine/plan-reuse.js'
import { readPinnedCut } from '../execution/coordinator/dataset/pinned-cut.js'
import { PartitionChain } from '../execution/coordinator/scheduler/partition-chain.js'
import {
  type Books,
  finalFingerprints,
  type PartitionState,
} from '../execution/coordinator/scheduler/partition-state.js'
import { refusePipeline } from '../jobs/refuse-pipeline.js'
import { planOperators } from '../planning/reaches.js'
import { JobDirectory } from '../state/job-directory.js'
import { LedgerIndex } from '../state/ledger-index.js'

/** What a job has committed, as its recipe and its cut were when it was last run. Changes nothing on the disk. */
export interface CommittedJob {
  readonly open: OpenRecipe
  readonly directory: JobDirectory
  readonly ledger: LedgerIndex
  readonly books: Books
  readonly states: readonly PartitionState[]
}

/**
 * Opens the recipe of a job and what is committed of it.
 *
 * @throws {UsageError} where the job's own files do not say what it was
 */
export async function openCommitted(jobDir: string): Promise<CommittedJob> {
  const directory = new JobDirectory(jobDir)
  refusePipeline(directory, 'looking at samples and checkpoints')
  const record = readRecordedRecipe(directory)
  const pinned = readPinnedCut(directory)
  if (record === undefined || pinned.kind !== 'read')
    throw new UsageError(
      `${jobDir}: ${record === undefined ? directory.recipe : directory.cutLines} is lost or damaged: pawl resume ${jobDir} makes it again`,
    )
  const open = await openAsRun(jobDir, directory, record.cwd)
  const { recipe } = open
  const { cut } = pinned.content
  const plan = planOperators(recipe.operators, recipe.checkpoint, recipe.keep_hashes_in_res_ds)
  const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
  const books: Books = { plan, ledger, onError: recipe.on_error, files: cut.files }
  const states = recallStates(recipe, cut, { ledger })
  finalFingerprints(books, states)
  return { open, directory, ledger, books, states }
}

/** The recipe of a job as it was run; relative paths in it start where that was. */
export async function openAsRun(jobDir: string, directory: JobDirectory, cwd: string): Promise<OpenRecipe> {
  const here = process.cwd()
  try {
    process.chdir(cwd)
    return await openRecipe(directory.recipeYaml, ['--job_id', basename(jobDir), '--work_dir', dirname(jobDir)])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'chdir') throw error
    throw new UsageError(
      `the folder in which ${jobDir} was begun, ${cwd}, is gone: relative paths of its recipe mean nothing without it`,
    )
  } finally {
    process.chdir(here)
  }
}

/** The points of all partitions after so many operators; undefined for those that have none there. */
export function pointsAfter({ books, states }: CommittedJob, done: number): (PointRecord | undefined)[] {
  const { plan, ledger } = books
  const reach = plan.reaches.find(({ from, to }) => from <= done && done <= to)
  return states.map(state => {
    const chain = reach && PartitionChain.of(plan, state, reach)
    return chain && ledger.get('point', chain.at(done))
  })
}

/** The points that lie furthest on, of partitions that have any. */
export function furthestPoints({ books, states }: CommittedJob): PointRecord[] {
  return states.flatMap(state => furthestPoint(books, state) ?? [])
}

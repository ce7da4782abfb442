import { dirname } from 'node:path'
import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import { readPinnedCut, writePinnedCut } from '../execution/coordinator/dataset/pinned-cut.js'
import type { ExportSettings } from '../execution/coordinator/export/export-form.js'
import { JobDirectory } from '../state/job-directory.js'
import { writeOwnFile } from '../state/own-file.js'
import { type RecordedRoots, readRoots } from '../state/recorded-roots.js'
import { Roots, rootNames, rootOf } from '../util/roots.js'
import { newWriter } from '../util/staging.js'
import { datasetsOf } from './choose-job.js'
import { directoryOf, type RecordedRecipe, readRecordedRecipe } from './job-facts.js'
import { claimAlone, type Rewriting, rewriteRecords } from './rewrite-records.js'

/** The directory of a job as this process sees it. */
export interface PlacedJob {
  readonly directory: JobDirectory
  /** Where the job was before; undefined where it is where it was. */
  readonly movedFrom: string | undefined
}

interface Move extends Rewriting {
  readonly recorded: RecordedRecipe
}

/**
 * Opens a job's directory. Where it was moved or copied since it was run last, or names other roots, puts the places of its
 * input and its export on record as they are now: what it knows of them is known by path. What they hold is looked at as
 * ever. Where somebody is at work on it, as on another host that has the same folders elsewhere, their records stay as
 * they are, and this process takes paths in them for what they are here.
 *
 * @throws {RecipeError} where paths are on record below a root that has no place here
 */
export async function placeJob(recipe: Recipe, { target }: ExportSettings): Promise<PlacedJob> {
  const after = directoryOf(recipe)
  const known = readRoots(after.rootsFile, process.env)
  // A process that was putting paths into another form may have ended half-way: both are read.
  const before = new JobDirectory(recipe.jobDir, Roots.named({ ...known.places, ...recipe.roots }))
  const recorded = readRecordedRecipe(before)
  if (recorded === undefined) return { directory: after, movedFrom: undefined }
  refuseUnplaced(recorded)
  const place = placeOf(recorded)
  const movedFrom = place === recipe.jobDir ? undefined : place
  const isRenamed = rootNames(known.places) !== rootNames(recipe.roots)
  if (movedFrom === undefined && !isRenamed) return { directory: after, movedFrom }
  const moves = movesOf(recorded, { recipe, target, movedFrom })
  const writer = newWriter()
  const lease = await claimAlone(before, writer)
  if (lease === undefined) {
    const seen = isRenamed ? after : new JobDirectory(recipe.jobDir, asSeenBeside(after, moves, movedFrom))
    return { directory: seen, movedFrom: undefined }
  }
  try {
    await putOnRecord({ before, after, moves, recorded, writer, lease })
    if (isRenamed) writeOwnFile(after.rootsFile, { places: recipe.roots } satisfies RecordedRoots, writer)
    return { directory: after, movedFrom }
  } finally {
    lease.release()
  }
}

async function putOnRecord(move: Move): Promise<void> {
  const { before, after, moves, recorded, writer } = move
  await rewriteRecords(move)
  const pinned = readPinnedCut(before)
  if (pinned.kind === 'read') writePinnedCut(after, moves.allHere(pinned.content), writer)
  const { facts, datasets, target } = moves.allHere({
    facts: recorded.facts,
    datasets: recorded.datasets,
    target: recorded.target,
  })
  // Last, as it says where the job is: until then, all of this is done again.
  after.write(after.recipe, { ...recorded, facts, datasets, target, cwd: process.cwd(), jobDir: after.path }, writer)
}

function refuseUnplaced({ target, datasets, jobDir }: RecordedRecipe): void {
  const name = [jobDir ?? '', target, ...datasets].map(rootOf).find(root => root !== undefined)
  if (name === undefined) return
  throw RecipeError.of(
    `the job is on record with paths below root "${name}", which has no place here: say where it is, with "roots: {${name}: /folder}" or PAWL_ROOT_${name.toUpperCase()}=/folder`,
  )
}

/** Who sees a job of others at another place sees all that lies beside it there, too, such as word lists. */
function asSeenBeside({ path, roots }: JobDirectory, moves: Roots, movedFrom = path): Roots {
  return roots.and(moves).and(Roots.besides(movedFrom, path))
}

/** Where the job was when it was run last. */
function placeOf({ jobDir, facts }: RecordedRecipe): string | undefined {
  if (jobDir !== undefined) return jobDir
  const { checkpoint_dir: checkpoints } = facts.storage
  const usual = /^(\/.+)\/checkpoints$/.exec(typeof checkpoints === 'string' ? checkpoints : '')
  return usual?.[1]
}

/** From folders and files as they were to those that they are now. */
function movesOf(
  recorded: RecordedRecipe,
  { recipe, target, movedFrom }: { recipe: Recipe; target: string; movedFrom: string | undefined },
): Roots {
  if (movedFrom === undefined) return Roots.none
  const datasets = datasetsOf(recipe.datasets)
  const pairs: (readonly [string, string])[] = [
    [movedFrom, recipe.jobDir],
    [recorded.target, target],
    [dirname(recorded.target), dirname(target)],
    [recorded.cwd, process.cwd()],
  ]
  if (datasets.length === recorded.datasets.length)
    for (const [index, dataset] of recorded.datasets.entries())
      pairs.unshift([plainPart(dataset), plainPart(datasets[index])])
  return Roots.moved(pairs)
}

/** What stands before the first part of a pattern that is none of a plain path. */
function plainPart(path: string): string {
  const at = path.search(/[*?[{]/)
  return at < 0 ? path : dirname(`${path.slice(0, at)}x`)
}

import { dirname } from 'node:path'
import type { Recipe } from '../config/recipe.js'
import type { DatasetCut } from '../core/partition.js'
import type { PinnedCut } from '../execution/coordinator/dataset/pinned-cut.js'
import type { ExportSettings } from '../execution/coordinator/export/export-form.js'
import { JobDirectory } from '../state/job-directory.js'
import { Lease } from '../state/lease.js'
import { Ledger } from '../state/ledger.js'
import { readOwnFile, writeOwnFile } from '../state/own-file.js'
import { newWriter } from '../util/staging.js'
import { datasetsOf } from './choose-job.js'
import { type RecordedRecipe, readRecordedRecipe } from './job-facts.js'
import { version } from './version.js'

/**
 * Where a job's directory was moved or copied since it was run last, puts the places of its input and its export on record
 * as they are now: what it knows of them is known by path. What they hold is looked at as ever.
 *
 * @returns where the job was before; undefined where it is where it was, or somebody is at work on it
 */
export async function relocateJob(recipe: Recipe, { target }: ExportSettings): Promise<string | undefined> {
  const directory = new JobDirectory(recipe.jobDir)
  const recorded = readRecordedRecipe(directory.recipe)
  const before = recorded && placeOf(recorded)
  if (recorded === undefined || before === undefined || before === recipe.jobDir) return undefined
  const writer = newWriter()
  const claim = await Lease.claim({ folder: directory.leases, name: 'coordinator', writer })
  if (claim.kind === 'held') return undefined
  try {
    const moves = new Moves(recorded, { recipe, target, before })
    await moveExports(directory, moves, claim.lease)
    const pinned = readOwnFile<PinnedCut>(directory.cut)
    if (pinned.kind === 'read')
      writeOwnFile(directory.cut, { ...pinned.content, cut: moves.of(pinned.content.cut) as DatasetCut }, writer)
    const { facts, datasets, target: export_path } = recorded
    const moved = moves.of({ facts, datasets, target: export_path }) as Partial<RecordedRecipe>
    // Last, as it says where the job is: until then, all of this is done again.
    writeOwnFile(directory.recipe, { ...recorded, ...moved, cwd: process.cwd(), jobDir: recipe.jobDir }, writer)
    return before
  } finally {
    claim.lease.release()
  }
}

async function moveExports(directory: JobDirectory, moves: Moves, lease: Lease): Promise<void> {
  const { ledger: folder, exports: mirror } = directory
  const ledger = await Ledger.open({
    ...{ folder, mirror, writer: newWriter(), version },
    ...{ fence: lease.fence, isAlone: true, guard: () => lease.check() },
  })
  try {
    const records = [...ledger.exports()]
    const moved = records.map(record => moves.of(record) as typeof record)
    const changed = records.filter(({ target }, index) => moved[index].target !== target)
    if (changed.length === 0) return
    await ledger.commit(moved.filter(({ target }, index) => records[index].target !== target))
    await ledger.withdraw(changed)
  } finally {
    await ledger.close()
  }
}

/** Where the job was when it was run last. */
function placeOf({ jobDir, facts }: RecordedRecipe): string | undefined {
  if (jobDir !== undefined) return jobDir
  const { checkpoint_dir: checkpoints } = facts.storage
  const usual = /^(\/.+)\/checkpoints$/.exec(typeof checkpoints === 'string' ? checkpoints : '')
  return usual?.[1]
}

/** From folders and files as they were to those that they are now. */
class Moves {
  readonly #pairs: readonly (readonly [from: string, to: string])[]

  constructor(
    recorded: RecordedRecipe,
    { recipe, target, before }: { readonly recipe: Recipe; readonly target: string; readonly before: string },
  ) {
    const datasets = datasetsOf(recipe.datasets)
    const pairs: (readonly [string, string])[] = [
      [before, recipe.jobDir],
      [recorded.target, target],
      [dirname(recorded.target), dirname(target)],
      [recorded.cwd, process.cwd()],
    ]
    if (datasets.length === recorded.datasets.length)
      for (const [index, dataset] of recorded.datasets.entries())
        pairs.unshift([plainPart(dataset), plainPart(datasets[index])])
    const known = pairs.filter(([from]) => from.startsWith('/') && from !== '/')
    this.#pairs = known.sort(([a], [b]) => b.length - a.length)
  }

  /** The same with all paths in it as they are now. */
  of(value: unknown): unknown {
    if (typeof value === 'string') return this.#path(value)
    if (Array.isArray(value)) return value.map(item => this.of(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.of(item)]))
  }

  #path(text: string): string {
    for (const [from, to] of this.#pairs)
      if (text === from || text.startsWith(`${from}/`)) return `${to}${text.slice(from.length)}`
    return text
  }
}

/** What stands before the first part of a pattern that is none of a plain path. */
function plainPart(path: string): string {
  const at = path.search(/[*?[{]/)
  return at < 0 ? path : dirname(`${path.slice(0, at)}x`)
}

import type { Recipe } from '../config/recipe.js'
import type { DatasetCut, InputFile } from '../core/partition.js'
import type { Counts, PointRecord } from '../core/records.js'
import { statesOfPieces } from '../execution/coordinator/scheduler/file-in-pieces.js'
import {
  type Books,
  finalFingerprints,
  type PartitionState,
} from '../execution/coordinator/scheduler/partition-state.js'
import { findChangedFiles, roundOf } from '../execution/coordinator/scheduler/rounds.js'
import { openState, sameStamps } from '../execution/coordinator/scheduler/sources.js'
import { describeChanges, describeFiles, describeReuse } from '../planning/explain.js'
import type { OperatorPlan } from '../planning/reaches.js'
import { LedgerIndex } from '../state/ledger-index.js'
import { usableCores } from '../util/cpu.js'
import { directoryOf, factsOf, furthestPoint, type RecordedRecipe, reachesOf, readRecordedRecipe } from './job-facts.js'

/** What of an operator's work is done, and what is not. Times in milliseconds. */
export interface OperatorReuse {
  readonly index: number
  readonly name: string
  readonly reused_partitions: number
  readonly redone_partitions: number
  /** Why some are redone; null where none is. */
  readonly why: string | null
  /** What is left of it, on one core, by what it took so far; null where it was never measured. */
  readonly estimated_ms: number | null
}

/** What running the recipe would do to a job that exists. */
export interface ReusePlan {
  readonly changes: readonly string[]
  /** What of the committed work is gone on from, in one clause. */
  readonly reuse: string
  readonly operators: readonly OperatorReuse[]
  /** What is left of all, on all workers; null where nothing was measured. */
  readonly estimated_ms: number | null
}

/**
 * What is committed of a job that exists, as far as it serves a recipe. Changes nothing.
 *
 * @param before the files of the last run, where they are known
 */
export async function planReuse(
  recipe: Recipe,
  {
    plan,
    cut,
    before,
  }: { readonly plan: OperatorPlan; readonly cut: DatasetCut; readonly before: readonly InputFile[] | undefined },
): Promise<ReusePlan | undefined> {
  const directory = directoryOf(recipe)
  const record = readRecordedRecipe(directory)
  if (record === undefined) return undefined
  const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
  try {
    const books: Books = { plan, ledger, onError: recipe.on_error, files: cut.files }
    const view = { ledger, jobDir: recipe.jobDir, mediaDir: recipe.mediaDir }
    const changed = await findChangedFiles(view, recipe.operators)
    const states = recallStates(recipe, cut, { ledger, rounds: changed?.rounds })
    finalFingerprints(books, states)
    const changes = [
      ...describeChanges(record.facts, factsOf(recipe)),
      ...describeFiles(before ?? cut.files, cut.files),
    ]
    if (changed !== undefined) changes.push(`files that samples name changed, such as ${changed.path}`)
    const speeds = measure(ledger, record)
    const points = states.map(state => furthestPoint(books, state))
    const operators = plan.operators.map((_, index) => reuseOf({ plan, points, changes, speeds, record }, index))
    const reuse = describeReuse(reachesOf(books, states), plan.operators) || 'the input is read from its start'
    return { changes, reuse, operators, estimated_ms: sumUp(operators, recipe) }
  } finally {
    ledger.close()
  }
}

/**
 * Partitions with what the ledger knows of their input; one whose file was touched counts as not known. A round that
 * would begin counts before the one on record.
 */
export function recallStates(
  recipe: Recipe,
  cut: DatasetCut,
  { ledger, rounds }: { readonly ledger: LedgerIndex; readonly rounds?: ReadonlyMap<string, string> },
): PartitionState[] {
  const files = new Map(cut.files.map(file => [file.path, file]))
  const settings = {
    textKeys: recipe.text_keys,
    maxSampleBytes: Math.round(recipe.max_sample_mb * 1_000_000),
    seed: recipe.seed,
    nan: recipe.nan,
  }
  return cut.partitions.flatMap(partition => {
    const state = openState(settings, partition, files)
    state.round = rounds?.get(state.partition) ?? roundOf(ledger, recipe.operators, state.partition)
    if (partition.kind === 'pieces') {
      const pieces = ledger.get('pieces', state.key)
      return pieces === undefined || pieces.stamp !== state.stamps[0] ? [state] : statesOfPieces(state, pieces)
    }
    const known = ledger.get('input', state.key)
    if (known !== undefined && sameStamps(known.stamps, state.stamps)) state.digest = known.digest
    return [state]
  })
}

/** Milliseconds a sample, by operator, and samples a partition, from all that the job ever measured. */
interface Speeds {
  readonly msPerSample: ReadonlyMap<string, number>
  readonly samplesPerPartition: number
}

function measure(ledger: LedgerIndex, { facts }: RecordedRecipe): Speeds {
  const sums = new Map<string, { ms: number; samples: number }>()
  const read = new Map<string, number>()
  for (const { partition, counts } of ledger.all('point')) {
    read.set(partition, counts.read)
    for (const [index, count] of counts.operators.entries()) {
      const name = facts.operators[index]?.name
      if (name === undefined) continue
      const sum = sums.get(name) ?? { ms: 0, samples: 0 }
      sums.set(name, { ms: sum.ms + count.ms, samples: sum.samples + count.in })
    }
  }
  const total = [...read.values()].reduce((sum, samples) => sum + samples, 0)
  return {
    msPerSample: new Map(
      [...sums].filter(([, { samples }]) => samples > 0).map(([name, { ms, samples }]) => [name, ms / samples]),
    ),
    samplesPerPartition: read.size === 0 ? 0 : total / read.size,
  }
}

interface ReuseInput {
  readonly plan: OperatorPlan
  readonly points: readonly (PointRecord | undefined)[]
  readonly changes: readonly string[]
  readonly speeds: Speeds
  readonly record: RecordedRecipe
}

function reuseOf({ plan, points, changes, speeds }: ReuseInput, index: number): OperatorReuse {
  const { name } = plan.operators[index]
  const redone = points.filter(point => (point?.opsDone ?? 0) <= index)
  const perSample = speeds.msPerSample.get(name)
  const samples = redone.reduce((sum, point) => sum + samplesBehind(point?.counts, speeds), 0)
  return {
    index,
    name,
    reused_partitions: points.length - redone.length,
    redone_partitions: redone.length,
    why: redone.length === 0 ? null : whyRedone(changes, index, redone),
    estimated_ms: redone.length === 0 ? 0 : perSample === undefined ? null : Math.round(perSample * samples),
  }
}

function samplesBehind(counts: Counts | undefined, { samplesPerPartition }: Speeds): number {
  return counts?.operators.at(-1)?.out ?? counts?.read ?? samplesPerPartition
}

/** False for changes of what comes behind an operator, and of where results are kept. */
function concerns(change: string, index: number): boolean {
  const [, place] = /^process\[(\d+)\]/.exec(change) ?? []
  if (place !== undefined) return Number(place) <= index
  return !/^(export_|keep_|checkpoint\.|intermediate_storage\.)/.test(change)
}

function whyRedone(changes: readonly string[], index: number, redone: readonly (PointRecord | undefined)[]): string {
  const concerning = changes.filter(change => concerns(change, index))
  if (concerning.length > 0) return concerning.join('; ')
  if (changes.some(change => change.startsWith('process['))) return 'no checkpoint stands between it and what changed'
  return redone.every(point => point === undefined) ? 'nothing of it is committed yet' : 'it was not reached yet'
}

function sumUp(operators: readonly OperatorReuse[], { np }: Recipe): number | null {
  const known = operators.flatMap(({ estimated_ms }) => estimated_ms ?? [])
  if (known.length === 0) return null
  return Math.round(known.reduce((sum, ms) => sum + ms, 0) / (np ?? usableCores()))
}

import { freemem } from 'node:os'
import { holdsTypes } from '../../../config/export-format.js'
import type { DatasetPath, Recipe } from '../../../config/recipe.js'
import type { DatasetCut, InputFile } from '../../../core/partition.js'
import { type InputListing, listInputs, parseDatasetPath, type WeightedPath } from '../../../io/list-inputs.js'
import { alignToLine, surveyBySize, surveyFile } from '../../../io/open-reader.js'
import { cutDataset, type Sizing } from '../../../planning/cut-dataset.js'
import type { AlignToLine, SurveyedFile } from '../../../planning/cut-file.js'
import { type DatasetProfile, sizePartitions } from '../../../planning/size-partitions.js'
import { plural } from '../../../util/format.js'
import { forEachConcurrently } from '../../../util/pool.js'
import { Roots } from '../../../util/roots.js'
import { hiveColumns } from './hive-columns.js'
import { decideColumns, tellReaders } from './input-columns.js'
import type { PinnedCut } from './pinned-cut.js'
import { profileDataset } from './profile-dataset.js'
import { refuseLargeGroups } from './refuse-large-groups.js'

/** A dataset as a job works on it: its files, how it is cut, and what to say about that. */
export interface OpenDataset {
  readonly cut: DatasetCut
  readonly warnings: readonly string[]
}

/**
 * Lists the input of a recipe, in the order in which its samples come.
 *
 * @param known files as they were the last time: one that is as it was is not looked into again
 */
export async function listDataset(recipe: Recipe, known?: readonly InputFile[]): Promise<InputListing> {
  return listInputs(normalizeWeights(recipe.datasets.flatMap(pathsOf)), {
    suffixes: recipe.suffixes.length > 0 ? recipe.suffixes : undefined,
    duplicates: recipe.duplicates,
    known,
  })
}

function pathsOf(dataset: DatasetPath): { path: string; weight: number | undefined }[] {
  if (dataset.kind === 'path') return [{ path: dataset.path, weight: dataset.weight }]
  return parseDatasetPath(dataset.text).map(({ path, weight }) => ({ path, weight }))
}

/** Weights are shares; where one is above 1 they are relative, and the largest counts as the whole. */
function normalizeWeights(paths: readonly { path: string; weight: number | undefined }[]): WeightedPath[] {
  const largest = paths.reduce((most, { weight }) => Math.max(most, weight ?? 1), 1)
  return paths.map(({ path, weight }) => ({ path, weight: (weight ?? 1) / largest }))
}

/**
 * Cuts a dataset into partitions, or takes the cut that the job has pinned: files that are unchanged
 * since keep theirs to the byte.
 */
export async function openDataset(
  recipe: Recipe,
  listing: InputListing,
  { pinned, cores }: { readonly pinned: PinnedCut | undefined; readonly cores: number },
): Promise<OpenDataset> {
  const warnings = [...describeIgnored(listing), ...describeHive(recipe, listing)]
  const misfits = holdsTypes(recipe) ? 'quarantine' : 'text'
  const before = pinned?.cut
  if (before?.columns !== undefined && isUnchanged(before.files, listing.files))
    return { cut: tellReaders(recipe, before, misfits), warnings }
  const surveyed = await surveyAll(listing.files)
  refuseLargeGroups(surveyed, recipe.worker.memory_mb)
  const known = await decideColumns(recipe, surveyed, before?.columns)
  const look = before?.columns === undefined ? await profileDataset(surveyed, recipe.text_keys[0], known) : undefined
  const sizing = before === undefined ? decideSizing(recipe, look!, cores) : sizingOf(before)
  const columns = { ...known, seen: look?.columns ?? before?.columns?.seen ?? [] }
  const cut = tellReaders(recipe, { ...cutAlike(recipe, surveyed, { sizing, before }), columns }, misfits)
  const isMissed =
    sizing.count !== undefined &&
    (cut.partitions.length !== sizing.count || cut.partitions.some(({ kind }) => kind === 'pieces'))
  if (isMissed) warnings.push(describeMiss(cut, sizing.count as number))
  return { cut, warnings }
}

/** Cuts by names that files have on every host, so that partitions are called the same there. */
function cutAlike(
  { roots: places }: Recipe,
  surveyed: readonly SurveyedFile[],
  { sizing, before }: { readonly sizing: Sizing; readonly before: DatasetCut | undefined },
): DatasetCut {
  const roots = Roots.named(places)
  const named = roots.isEmpty
    ? surveyed
    : surveyed.map(({ file, survey }) => ({ file: roots.allRecorded(file), survey }))
  const align: AlignToLine = (path, offset, sizeBytes) => alignToLine(roots.here(path), offset, sizeBytes)
  return roots.allHere(cutDataset(named, sizing, { align, before: roots.allRecorded(before) }))
}

/** What each file offers for cutting. Of a million small files, none is looked at again for its size. */
export async function surveyAll(files: readonly InputFile[]): Promise<SurveyedFile[]> {
  const surveyed = new Array<SurveyedFile>(files.length)
  const withFooters: number[] = []
  for (const [index, file] of files.entries()) {
    const survey = surveyBySize(file)
    if (survey === undefined) withFooters.push(index)
    else surveyed[index] = { file, survey }
  }
  await forEachConcurrently(withFooters, 8, async index => {
    const file = files[index]
    surveyed[index] = { file, survey: await surveyFile(file.path, file.format, file.compression) }
  })
  return surveyed
}

function decideSizing(recipe: Recipe, profile: DatasetProfile, cores: number): Sizing {
  const names = recipe.operators.map(({ name }) => name)
  return sizePartitions(recipe.partition, profile, {
    operators: names,
    machine: { cores, freeMemoryBytes: freemem() },
  })
}

/** New files of a pinned dataset are cut like its first ones. */
function sizingOf({ partitionBytes, reasons }: DatasetCut): Sizing {
  return { partitionBytes, count: undefined, reasons }
}

function isUnchanged(before: readonly InputFile[], now: readonly InputFile[]): boolean {
  return (
    before.length === now.length &&
    before.every(
      (file, index) =>
        file.path === now[index].path && file.stamp === now[index].stamp && file.share === now[index].share,
    )
  )
}

function describeIgnored({ ignored }: InputListing): string[] {
  if (ignored.length === 0) return []
  const kinds = new Map<string, string[]>()
  for (const { path, kind } of ignored) kinds.set(kind, [...(kinds.get(kind) ?? []), path])
  const counts = [...kinds].map(([kind, [first, ...more]]) =>
    more.length === 0 ? `1 ${kind}: ${first}` : `${more.length + 1} ${kind}, such as ${first}`,
  )
  return [`Left alone: ${plural(ignored.length, 'file')}: ${counts.join('; ')}`]
}

/** Folders that name columns, as Hive and Spark lay them out, where the recipe does not say what to do about them. */
function describeHive({ hive_partitioning }: Recipe, { files }: InputListing): string[] {
  const found = hive_partitioning !== null ? undefined : files.find(({ path }) => hiveColumns(path).length > 0)
  if (found === undefined) return []
  const [name, value] = hiveColumns(found.path)[0]
  return [
    `Folders such as ${name}=${value} name columns that samples do not get: hive_partitioning: true adds them, false says that they are meant to be left out`,
  ]
}

function describeMiss(cut: DatasetCut, wanted: number): string {
  const whole = cut.partitions.find(({ kind }) => kind === 'pieces')
  if (whole !== undefined)
    return `partition.num_of_partitions ${wanted} cannot be met: ${whole.slices[0].path} cannot be cut and is committed in pieces while it is read`
  return `partition.num_of_partitions ${wanted} cannot be met: the input cannot be cut that finely and has ${plural(cut.partitions.length, 'partition')}`
}

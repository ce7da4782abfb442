import { statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import picomatch from 'picomatch'
import type { DatasetPath, Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import { type InputListing, parseDatasetPath } from '../io/list-inputs.js'
import { realPath } from '../util/real-path.js'

/** A place, and where its name leads. */
type RealPlace = Place & { readonly real: string }

type Inputs = Pick<InputListing, 'files' | 'links'>

/** A place that a job writes to. */
interface Place {
  readonly name: string
  readonly path: string
  readonly isFolder: boolean
  /** Names that the job may give to files in it, one of each kind. */
  readonly files: readonly string[]
}

/**
 * Refuses to write where the input is read, as a later run would take its own output for input, and to write two
 * things to one place. Compares where names lead to, not how they are spelled.
 *
 * @throws {RecipeError} naming both places
 */
export function refuseOverlap(recipe: Recipe, target: string, { files, links }: Inputs): void {
  const places = placesOf(recipe, target)
  const own = places.map(place => ({ ...place, real: realPath(place.path) }))
  const folders = new Map<string, NearPlaces>()
  for (const { path } of files) {
    if (links.has(path)) refuseInputInPlace(realPath(path), path, own)
    else {
      const folder = dirname(path)
      let near = folders.get(folder)
      if (near === undefined) folders.set(folder, (near = nearPlaces(folder, own)))
      if (near.places.length > 0) refuseInputInPlace(join(near.real, basename(path)), path, near.places)
    }
  }
  for (const root of recipe.datasets.flatMap(rootsOf)) {
    const place = places.find(each => reads(root, each))
    if (place !== undefined)
      throw RecipeError.of(
        `${place.name} ${place.path} lies in the input ${root}, so that the next run would read what this one writes: choose a place outside, or a narrower pattern`,
      )
  }
  refuseShared(places)
}

function placesOf(recipe: Recipe, target: string): Place[] {
  const { jobDir, checkpoint_dir, partition_dir, event_log_dir } = recipe
  const rows = ['jsonl', 'jsonl.gz', 'parquet', 'arrow'].map(suffix => `a.op1.0123456789.01234567.${suffix}`)
  const events = ['events_20260101_000000_000.jsonl']
  const copies = ['a.0123456789.jsonl']
  const inJob = [
    ...['job_summary.json', 'dag_execution_plan.json', ...events],
    ...rows.map(name => join('checkpoints', name)),
    ...['cut.jsonl', ...copies].map(name => join('partitions', name)),
    ...['quarantine.jsonl', 'a.op0-1.01234567.jsonl'].map(name => join('quarantine', name)),
    ...['trace/mapper-a.jsonl', 'logs/job_20260101_000000_000.txt', 'logs/worker-1.txt'],
    ...['recipe.json', 'recipe.yaml', 'exports.json', 'operators/a.mjs'].map(name => join('metadata', name)),
  ]
  const shards = [`${basename(target)}-00000-of-00001.jsonl`, 'a.json', 'a.csv', 'a.parquet', 'a.arrow', 'a.jsonl.gz']
  return [
    { name: 'export_path', path: target, isFolder: false, files: shards },
    { name: 'the job directory', path: jobDir, isFolder: true, files: inJob },
    { name: 'checkpoint_dir', path: checkpoint_dir, isFolder: true, files: rows },
    { name: 'partition_dir', path: partition_dir, isFolder: true, files: copies },
    { name: 'event_log_dir', path: event_log_dir, isFolder: true, files: events },
  ]
}

/** Which places a file in a folder may be, or lie in. */
interface NearPlaces {
  readonly real: string
  readonly places: readonly RealPlace[]
}

/** Each folder is looked up once: of a million files, most lie beside another. */
function nearPlaces(folder: string, places: readonly RealPlace[]): NearPlaces {
  const real = realPath(folder)
  const isNear = (own: string) => own === real || isInside(real, own) || dirname(own) === real
  return { real, places: places.filter(place => isNear(place.real)) }
}

function refuseInputInPlace(real: string, path: string, places: readonly RealPlace[]): void {
  for (const { name, path: place, isFolder, real: own } of places) {
    if (real === own) throw RecipeError.of(`${name} ${place} is also an input: choose another name`)
    if (isInside(real, own))
      throw RecipeError.of(
        `${name} ${place} holds the input ${path}: choose another ${isFolder && name !== 'the job directory' ? name : 'place'} (--work_dir, --job_id or --export_path)`,
      )
  }
}

/** The job directory may hold its other places, and a log may share a folder; no two others may. */
function refuseShared(places: readonly Place[]): void {
  const [target, job, ...folders] = places.map(place => ({ ...place, real: realPath(place.path) }))
  const reserved = ['metadata', 'quarantine', 'logs', 'checkpoints', 'partitions', 'trace'].map(name => ({
    ...job,
    name: `${name}/ of the job`,
    real: join(job.real, name),
  }))
  for (const place of [...folders, ...reserved, job]) {
    if (isInside(place.real, target.real) || place.real === target.real)
      throw RecipeError.of(`export_path ${target.path} holds ${place.name} (${place.path}): choose another name`)
    if (place !== job && place.name !== 'event_log_dir' && isInside(target.real, place.real))
      throw RecipeError.of(`export_path ${target.path} lies in ${place.name} (${place.path}): choose another name`)
  }
  const ownFiles = ['job_summary.json', 'dag_execution_plan.json'].map(name => join(job.real, name))
  if (ownFiles.includes(target.real))
    throw RecipeError.of(`export_path ${target.path} is a file of the job itself: choose another name`)
  const [checkpoints, partitions] = folders
  for (const folder of [checkpoints, partitions]) {
    const clash = reserved.find(({ real }) => {
      const isDefault = basename(real) === (folder === checkpoints ? 'checkpoints' : 'partitions')
      return !isDefault && (real === folder.real || isInside(folder.real, real))
    })
    if (clash !== undefined)
      throw RecipeError.of(`${folder.name} ${folder.path} lies in ${clash.name}: choose another folder`)
  }
  if (checkpoints.real === partitions.real)
    throw RecipeError.of(`checkpoint_dir and partition_dir are one folder (${checkpoints.path}): give each its own`)
}

function rootsOf(dataset: DatasetPath): string[] {
  return dataset.kind === 'path' ? [dataset.path] : parseDatasetPath(dataset.text).map(({ path }) => path)
}

/** True where listing `root` would find what a job writes to a place. */
function reads(root: string, { path, files, isFolder }: Place): boolean {
  const real = realPath(path)
  const stats = statSync(root, { throwIfNoEntry: false })
  if (stats !== undefined) {
    const folder = realPath(root)
    return stats.isDirectory() && (real === folder || isInside(real, folder)) && !isHidden(relative(folder, real))
  }
  if (!/[*?[{]/.test(root)) return false
  const pattern = realPattern(root)
  const isMatch = picomatch(pattern)
  return (!isFolder && isMatch(real)) || files.some(name => isMatch(join(real, name)))
}

/** A pattern whose fixed part is where it leads to. */
function realPattern(root: string): string {
  const parts = resolve(root).split(sep)
  const first = parts.findIndex(part => /[*?[{]/.test(part))
  return join(realPath(parts.slice(0, first).join(sep) || sep), ...parts.slice(first))
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function isHidden(path: string): boolean {
  return path.split(sep).some(part => part.startsWith('.'))
}

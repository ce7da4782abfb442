import { existsSync, statSync } from 'node:fs'
import { extname, relative, resolve, sep } from 'node:path'
import picomatch from 'picomatch'
import { formatOfSuffix } from '../config/export-format.js'
import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import type { DatasetCut } from '../core/partition.js'
import type { FileCompression } from '../core/slice.js'
import { exportColumns } from '../execution/dataset/input-columns.js'
import type { ExportSettings } from '../execution/export/publish-export.js'
import { needsSchema } from '../io/open-writer.js'

const compressions: Readonly<Record<string, FileCompression>> = { '.gz': 'gzip', '.zst': 'zstd' }

/** Shards of an export to a folder, where the recipe does not say how large they are. */
const defaultShardBytes = 256_000_000

/**
 * Reads format, compression and sharding off a recipe's export settings. A path without a known suffix,
 * or one with `export_shard_size`, is a folder of shards.
 *
 * @throws {RecipeError} where they contradict one another
 */
export function exportSettings(recipe: Recipe): ExportSettings {
  const { export_path: path, export_type: type, export_shard_size: shardSize } = recipe
  const compression = compressions[extname(path)] ?? 'none'
  const stem = compression === 'none' ? path : path.slice(0, -extname(path).length)
  const bySuffix = formatOfSuffix(path)
  if (type !== null && bySuffix !== undefined && type !== bySuffix) {
    throw RecipeError.of(`export_path ${path} says ${bySuffix} and export_type says ${type}: make them agree`)
  }
  const format = type ?? bySuffix ?? 'jsonl'
  if (compression !== 'none' && (format === 'parquet' || format === 'arrow')) {
    throw RecipeError.of(`export_path ${path}: ${format} files are compressed inside; drop the suffix ${extname(path)}`)
  }
  const isFolder = shardSize > 0 || bySuffix === undefined
  const folder = bySuffix === undefined ? path : stem.slice(0, -extname(stem).length)
  return {
    target: isFolder ? folder : path,
    format,
    compression,
    shardBytes: isFolder ? shardSize || defaultShardBytes : 0,
    keepStats: recipe.keep_stats_in_res_ds,
    keepHashes: recipe.keep_hashes_in_res_ds,
    overwrite: recipe.overwrite,
  }
}

/** The settings with what is known of the input's columns, where the format has columns. */
export function withColumns(settings: ExportSettings, cut: DatasetCut): ExportSettings {
  return needsSchema(settings.format) ? { ...settings, columns: exportColumns(cut) } : settings
}

/**
 * Refuses to write where the input is read: a later run would take its own output for input.
 *
 * @throws {RecipeError} where the export or the job directory lies among the input
 */
export function refuseOverlap(recipe: Recipe, target: string, inputs: readonly string[]): void {
  if (inputs.includes(target)) throw RecipeError.of(`export_path ${target} is also an input: choose another name`)
  for (const path of inputs) {
    if (isInside(path, target))
      throw RecipeError.of(`export_path ${target} holds the input ${path}: choose another folder`)
  }
  const roots = recipe.datasets.map(dataset => (dataset.kind === 'path' ? dataset.path : dataset.text))
  for (const root of roots) {
    for (const [name, path] of [
      ['export_path', target],
      ['the job directory', recipe.jobDir],
    ] as const) {
      if (reads(root, path))
        throw RecipeError.of(
          `${name} ${path} lies in the input ${root}, so that the next run would read it: choose a place outside, or a narrower pattern`,
        )
    }
  }
}

function reads(root: string, path: string): boolean {
  const full = resolve(root)
  if (existsSync(full)) return statSync(full).isDirectory() && isInside(path, full) && !isHidden(relative(full, path))
  return /[*?[{]/.test(root) && picomatch.isMatch(path, full)
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function isHidden(path: string): boolean {
  return path.split(sep).some(part => part.startsWith('.'))
}

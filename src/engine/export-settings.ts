import { extname } from 'node:path'
import { formatOfSuffix } from '../config/export-format.js'
import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import type { DatasetCut } from '../core/partition.js'
import type { FileCompression } from '../core/slice.js'
import { exportColumns } from '../execution/coordinator/dataset/input-columns.js'
import type { ExportSettings } from '../execution/coordinator/export/export-form.js'
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

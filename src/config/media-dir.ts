import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { RecipeValues } from './recipe-schema.js'

/**
 * The folder that relative paths of media start at, as in Data-Juicer: the dataset where that is a folder, the folder of its
 * file; the working directory where `dataset_path` names several, or `dataset` names them.
 */
export function mediaDirOf(paths: RecipeValues['dataset_path']): string {
  const [path] = paths ?? []
  if (paths?.length !== 1 || path === undefined) return process.cwd()
  const stats = statSync(resolve(path), { throwIfNoEntry: false })
  if (stats === undefined) return process.cwd()
  return stats.isDirectory() ? resolve(path) : dirname(resolve(path))
}

/** The fields of media that a recipe names for all operators. */
export function mediaKeysOf(values: RecipeValues): Readonly<Record<string, string | null>> {
  const { image_key, image_bytes_key, audio_key, video_key } = values
  return { image_key, image_bytes_key, audio_key, video_key }
}

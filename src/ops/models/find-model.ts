import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { expandHome } from '../../util/home-path.js'

/** Folders in which models are looked for, in order: the operator's own, Pawl's, then those of Data-Juicer. */
export function modelFolders(modelDir: string | null | undefined): string[] {
  const { env } = process
  const cache = env['DATA_JUICER_CACHE_HOME'] ?? join(env['CACHE_HOME'] ?? join(homedir(), '.cache'), 'data_juicer')
  return [
    ...(modelDir ? [modelDir] : []),
    ...listed(env['PAWL_MODELS']),
    ...listed(env['DATA_JUICER_EXTERNAL_MODELS_HOME']),
    env['DATA_JUICER_MODELS_CACHE'] ?? join(cache, 'models'),
  ].map(folder => resolve(expandHome(folder)))
}

function listed(paths: string | undefined): string[] {
  return (paths ?? '')
    .split(delimiter)
    .map(path => path.trim())
    .filter(path => path !== '')
}

/**
 * The path of a model file: as it is given, or by its name in one of the folders of models.
 *
 * @throws {Error} where it is in none, with where it can be put
 */
export function findModel(name: string, modelDir: string | null | undefined, whatFor: string): string {
  const given = resolve(expandHome(name))
  if (/[/\\]/.test(name) && existsSync(given)) return given
  const folders = modelFolders(modelDir)
  if (!isAbsolute(name)) {
    for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name)
  }
  throw new Error(
    `${whatFor} is not here: there is no ${name} in ${folders.join(', ')}; put it into one of them, or name its folder with model_dir or the environment variable PAWL_MODELS (Pawl downloads nothing)`,
  )
}

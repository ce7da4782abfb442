import { rootsOfEnvironment } from '../util/roots.js'
import { readOwnFile } from './own-file.js'

/** Where the roots of a job are: as its last run says, except those that the environment gives. A job that names none has none. */
export function readRoots(path: string, env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found = readOwnFile<Record<string, string>>(path)
  if (found.kind === 'absent') return {}
  return { ...(found.kind === 'read' ? found.content : {}), ...rootsOfEnvironment(env) }
}

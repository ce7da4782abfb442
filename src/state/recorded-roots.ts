import { Roots, rootsOfEnvironment } from '../util/roots.js'
import { readOwnFile } from './own-file.js'

/** `metadata/roots.json`: what paths of a job are on record by. */
export interface RecordedRoots {
  /** Where named folders were on the host that opened the job last. */
  readonly places: Readonly<Record<string, string>>
  /** Where the job was begun: paths on record are as they were there. Only pipelines have it. */
  readonly home?: string
}

/** What is on record of a job's roots, with places that the environment gives. A job that names none has none. */
export function readRoots(path: string, env: Readonly<Record<string, string | undefined>>): RecordedRoots {
  const found = readOwnFile<RecordedRoots>(path)
  if (found.kind === 'absent') return { places: {} }
  if (found.kind === 'damaged') return { places: rootsOfEnvironment(env) }
  const { places, home } = found.content
  const isNamed = Object.keys(places).length > 0
  return { places: isNamed ? { ...places, ...rootsOfEnvironment(env) } : {}, home }
}

/** How paths of a job that is now in a folder are read. */
export function asRoots({ places, home }: RecordedRoots, folder: string): Roots {
  const named = Roots.named(places)
  return home === undefined || home === folder ? named : named.and(Roots.besides(home, folder))
}

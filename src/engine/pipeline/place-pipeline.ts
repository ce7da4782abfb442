import { resolve } from 'node:path'
import { UsageError } from '../../core/usage-error.js'
import type { Stage } from '../../pipeline/stage.js'
import { JobDirectory } from '../../state/job-directory.js'
import { writeOwnFile } from '../../state/own-file.js'
import { asRoots, type RecordedRoots, readRoots } from '../../state/recorded-roots.js'
import { Roots, rootNames, rootsOfEnvironment } from '../../util/roots.js'
import { newWriter } from '../../util/staging.js'
import { claimAlone, rewriteRecords } from '../rewrite-records.js'

/** The state of a pipeline as this process sees it. */
export interface PlacedPipeline {
  readonly directory: JobDirectory
  /** To be put on record. */
  readonly roots: RecordedRoots
}

/**
 * Opens the state of a pipeline. Paths are on record as they were where it was begun: state that was moved together with
 * what its stages write, or that another host has at another place, is read for what is here. Below named roots, paths
 * are on record by those.
 *
 * @throws {UsageError} where a root is none
 */
export async function placePipeline(
  stateDir: string,
  stages: readonly Stage[],
  named: Readonly<Record<string, string>> = {},
): Promise<PlacedPipeline> {
  const places = placesOf(named)
  const { rootsFile } = new JobDirectory(stateDir, Roots.none)
  const known = readRoots(rootsFile, process.env)
  const home = known.home !== undefined && hasMovedAlong(known.home, stateDir, stages) ? known.home : stateDir
  const roots: RecordedRoots = { places, home }
  const after = new JobDirectory(stateDir, asRoots(roots, stateDir))
  if (known.home === undefined || rootNames(known.places) === rootNames(places)) return { directory: after, roots }
  const writer = newWriter()
  const lease = await claimAlone(after, writer)
  // Whoever is at work on it has other roots, which tells the two apart.
  if (lease === undefined) return { directory: after, roots }
  try {
    const before = new JobDirectory(stateDir, asRoots({ places: { ...known.places, ...places }, home }, stateDir))
    await rewriteRecords({ before, after, moves: Roots.none, writer, lease })
    writeOwnFile(rootsFile, roots, writer)
  } finally {
    lease.release()
  }
  return { directory: after, roots }
}

/** True where the state is where it was begun, or was moved together with at least one folder that stages write to. */
function hasMovedAlong(home: string, stateDir: string, stages: readonly Stage[]): boolean {
  if (home === stateDir) return true
  const moved = Roots.besides(home, stateDir)
  const outputs = stages.flatMap(stage => stage.decompose()).flatMap(({ output }) => output?.folder ?? [])
  return outputs.some(folder => moved.recorded(resolve(folder)) !== resolve(folder))
}

function placesOf(named: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, folder] of Object.entries(named))
    if (!/^[a-z][a-z0-9_]*$/.test(name) || typeof folder !== 'string')
      throw new UsageError(`roots: ${name}: ${folder}: a root is a name of a-z, 0-9 and _ with the path of its folder`)
  const places = Object.fromEntries(Object.entries(named).map(([name, folder]) => [name, resolve(folder)]))
  return { ...places, ...rootsOfEnvironment(process.env) }
}

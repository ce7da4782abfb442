import { readFileSync, realpathSync, type Stats, statfsSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { UsageError } from '../core/usage-error.js'
import { newWriter, stagedFolder } from '../util/staging.js'
import { examineRay, type RayCluster } from './examine-ray.js'
import { type Finding, judgeHost, judgeProbe } from './judge-probe.js'
import { mountOf } from './mounts.js'
import { type Probe, probeFolder } from './probe-folder.js'

/** What was found of a folder and this host. */
export interface Examination {
  /** Where it was tried: the folder, or the nearest one above it that is there. */
  readonly folder: string
  readonly findings: readonly Finding[]
  /** True where jobs may be kept there. */
  readonly isFit: boolean
}

/**
 * Tries what jobs need on a folder and on this host.
 *
 * @param folder where jobs are to be kept; it need not be there yet
 * @param ray a cluster that is to be looked at, too
 * @throws {UsageError} where nothing above it is a folder
 */
export async function examine(folder: string, ray?: RayCluster): Promise<Examination> {
  const base = realpathSync(nearestFolder(folder))
  const { bavail, bsize } = statfsSync(base)
  const host = judgeHost({ node: process.version, openFiles: openFileLimit(), freeBytes: bavail * bsize })
  const mount = mountOf(base)
  const scratch = basename(stagedFolder(base, newWriter(), 'doctor'))
  const probe = await probeFolder(base, scratch)
  const onFolder = isWhole(probe) ? judgeProbe(probe, mount) : [refused(base, probe.refusal)]
  const onRay = ray === undefined || !isWhole(probe) ? [] : await examineRay(base, ray)
  const findings = [...host, ...onFolder, ...onRay]
  return { folder: base, findings, isFit: findings.every(({ verdict }) => verdict !== 'failure') }
}

function isWhole(probe: Probe | Pick<Probe, 'refusal'>): probe is Probe {
  return probe.refusal === undefined
}

function refused(folder: string, reason = ''): Finding {
  return {
    verdict: 'failure',
    what: 'writing',
    found: reason,
    remedy: `name a folder that this user may write to, in place of ${folder}`,
  }
}

function nearestFolder(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const stats = statsIfThere(at)
    if (stats?.isDirectory()) return at
    if (stats !== undefined) throw new UsageError(`${at} is no folder`)
    if (at === dirname(at)) throw new UsageError(`nothing above ${folder} is a folder`)
  }
}

function statsIfThere(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/** Files that this process may have open at once; undefined where that is not limited, or not known. */
function openFileLimit(): number | undefined {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return line === null ? undefined : Number(line[1])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return undefined
  }
}

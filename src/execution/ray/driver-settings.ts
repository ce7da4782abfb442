import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../util/package-root.js'
import { heapMbOf } from '../local/spare-worker.js'
import { JobFailure } from '../protocol/job-failure.js'
import { rayPython } from './ray-driver.js'
import type { FromDriver } from './ray-messages.js'
import { actorOptions, type RaySettings } from './ray-settings.js'

/** A place beyond `min_workers` that had nothing to do for so long is given back to the cluster. */
export const idleMs = 60_000
/** How long a cluster that was joined once may be away before the job ends, to be resumed. */
export const restartMs = 60_000
const startMs = 60_000

/** What the driver is told first. */
export function driverSettings(settings: RaySettings, probe: string): Readonly<Record<string, unknown>> {
  const { address, memoryBytes, silenceMs = 15_000 } = settings
  return {
    address,
    probe,
    node: process.execPath,
    home: packageRoot,
    worker: join('dist', 'execution', 'local', 'worker-main.js'),
    args: [`--max-old-space-size=${heapMbOf(memoryBytes)}`, '--max-semi-space-size=16'],
    mark: String(process.pid),
    actor: actorOptions(settings),
    silence_s: silenceMs / 1000,
    idle_s: Math.min(2, silenceMs / 3000),
    start_s: startMs / 1000,
  }
}

/** The version of this package. */
export function pawlVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version
}

type FatalCode = Extract<FromDriver, { n: 'fatal' }>['code']

/** Why the job cannot go on, and what to do. */
export function failureOf(code: FatalCode | undefined, why: string, { address, logFolder }: RaySettings): JobFailure {
  switch (code) {
    case 'no_ray':
      return new JobFailure(
        'no_ray',
        `${why}: install the cluster's version of it (pip install ray==…), or set PAWL_RAY_PYTHON to an interpreter that has it (now ${rayPython()}); executor_type local needs none`,
      )
    case 'no_cluster':
      return new JobFailure(
        'no_cluster',
        `No Ray cluster was joined at ray_address ${address}: ${why}. Start pawl on a node of the cluster (ray start --address=…), or submit it with pawl ray submit`,
      )
    case 'head_lost':
      return new JobFailure('ray_lost', `${why}. What is committed stays: run it again once the cluster is back`)
    case undefined:
      return new JobFailure(
        'ray_lost',
        `${why}; see ${join(logFolder, 'ray-driver.txt')}. What is committed stays: run it again once that is mended`,
      )
  }
}

import { rayAddress, raySchema } from '../../config/ray-schema.js'
import { UsageError } from '../../core/usage-error.js'
import type { RaySettings } from '../../execution/ray/ray-settings.js'
import type { PipelineOptions } from './pipeline-options.js'

const keys = {
  numCpusPerWorker: 'num_cpus_per_worker',
  memoryPerWorkerMb: 'memory_per_worker_mb',
  resources: 'resources',
  runtimeEnv: 'runtime_env',
  placement: 'placement',
  minWorkers: 'min_workers',
  maxWorkers: 'max_workers',
} as const

/**
 * Where the workers of a pipeline run on a Ray cluster; undefined where they run on this machine.
 *
 * @throws {UsageError} where an option makes no sense
 */
export function rayOfPipeline({
  executor,
  rayAddress: given = 'auto',
  ray = {},
}: PipelineOptions): Pick<RaySettings, 'address' | 'placement'> | undefined {
  if (executor !== 'ray') return undefined
  const unknown = Object.keys(ray).find(key => !(key in keys))
  if (unknown !== undefined)
    throw new UsageError(`ray has no option ${unknown}; it has ${Object.keys(keys).join(', ')}`)
  const address = rayAddress.safeParse(given)
  if (!address.success) throw new UsageError(`rayAddress ${given}: ${address.error.issues.at(0)?.message}`)
  const values = Object.entries(ray).flatMap(([key, value]) =>
    value === undefined ? [] : [[keys[key as keyof typeof keys], value]],
  )
  const placement = raySchema.safeParse(Object.fromEntries(values))
  if (placement.success) return { address: address.data, placement: placement.data }
  const problems = placement.error.issues.map(({ path, message }) => [...path, message].join(': '))
  throw new UsageError(`ray: ${problems.join('; ')}`)
}

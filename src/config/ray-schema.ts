import { z } from 'zod'

const positive = z.int().positive()

/** Where workers run on a Ray cluster; the keys below `ray` in a recipe, and the option of that name of a pipeline. */
export const raySchema = z
  .strictObject({
    num_cpus_per_worker: z.number().positive().default(1).describe('CPUs that Ray sets aside for each worker.'),
    memory_per_worker_mb: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe('Megabytes that Ray sets aside for each worker; none by default.'),
    resources: z
      .record(z.string(), z.number().positive())
      .default({})
      .describe('Custom resources of Ray that each worker needs, such as {fast_disk: 1}.'),
    runtime_env: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Environment of workers in Ray’s words, such as {env_vars: {PAWL_HOME: /opt/pawl}}.'),
    placement: z.enum(['spread', 'pack']).default('spread').describe('Workers over all nodes, or on few.'),
    min_workers: positive.default(1).describe('Work begins once so many workers are up; so many stay while idle.'),
    max_workers: positive
      .nullable()
      .default(null)
      .describe('Most workers that are asked for; by default np, and without that what the cluster has room for.'),
  })
  .refine(({ min_workers, max_workers }) => max_workers === null || min_workers <= max_workers, {
    error: 'min_workers is more than max_workers',
  })

/** `auto`, or where the head of the cluster listens. */
export const rayAddress = z
  .string()
  .refine(address => !address.startsWith('ray://'), {
    error:
      'the Ray client (ray://) takes four times as long a unit and cannot place workers: start pawl on a node of the cluster with ray_address auto or host:port, or use pawl ray submit',
  })
  .refine(address => address.startsWith('ray://') || address === 'auto' || /^[^\s:/]+:\d{1,5}$/.test(address), {
    error: 'is auto, or host:port of the head, such as 10.0.0.1:6379',
  })

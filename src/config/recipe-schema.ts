import { z } from 'zod'
import { rayAddress, raySchema } from './ray-schema.js'

// Compiling a validator takes longer than the few values of a recipe take without.
z.config({ jitless: true })

const list = <T extends z.ZodType>(item: T) => z.union([item.transform(value => [value]), z.array(item)])
/** A field, nested ones with dots between names. */
const isFieldName = (key: string) => key.split('.').every(part => part !== '')
const mediaKey = (meaning: string) => z.string().nullable().default(null).describe(meaning)
const positive = z.int().positive()
const megabytes = z.number().positive()

const partition = z.strictObject({
  mode: z
    .enum(['auto', 'manual'])
    .default('auto')
    .describe('auto: sizes follow from a look at the dataset; manual: num_of_partitions.'),
  num_of_partitions: z
    .union([positive, z.literal('auto').transform(() => null)])
    .nullable()
    .default(null)
    .describe('Exactly so many partitions, in manual mode; 4 where nothing is said.'),
  target_size_mb: megabytes
    .default(256)
    .describe('How much a partition should hold in auto mode; 128, 256, 512 or 1024 in Data-Juicer, any size here.'),
  size: positive
    .nullable()
    .default(null)
    .describe(
      'Samples a partition: in manual mode where no number is given, in auto mode where the dataset cannot be looked at.',
    ),
  max_size_mb: megabytes
    .default(256)
    .describe('Ceiling of the size of a partition where the dataset cannot be looked at.'),
})

const checkpoint = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether optional checkpoints are written at all.'),
  strategy: z
    .enum(['every_n_ops', 'every_op', 'manual', 'disabled'])
    .default('every_n_ops')
    .describe(
      'Where optional checkpoints go. Finished partitions and what barriers need are committed under every strategy.',
    ),
  n_ops: positive.default(5).describe('every_n_ops: a checkpoint after so many operators.'),
  op_names: list(z.string())
    .default([])
    .describe('manual: a checkpoint after each of these operators; op[1] for the second of several.'),
})

const intermediateStorage = z.strictObject({
  format: z.enum(['parquet', 'arrow', 'jsonl']).default('parquet').describe('Format of checkpoints.'),
  compression: z
    .enum(['snappy', 'gzip', 'none'])
    .default('snappy')
    .describe('Compression of checkpoints; see docs/architecture.md for what it means in each format.'),
  preserve_intermediate_data: z
    .boolean()
    .default(true)
    .describe('Keep checkpoints that a later one of the same partition has overtaken.'),
  retention_policy: z
    .enum(['keep_all', 'keep_failed_only', 'cleanup_all'])
    .default('keep_all')
    .describe('What of the checkpoints stays once the job is complete.'),
  write_partitions: z
    .boolean()
    .default(false)
    .describe('Also write a copy of each partition of the input under partitions/.'),
})

const eventLogging = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether events are written to events_*.jsonl.'),
  max_log_size_mb: megabytes.default(100).describe('Size at which the event log is rotated.'),
  backup_count: z.int().nonnegative().default(5).describe('Rotated event logs that are kept.'),
})

const worker = z.strictObject({
  memory_mb: z
    .int()
    .min(128)
    .default(1024)
    .describe('A worker process that uses more memory than this is ended and its unit retried.'),
  stall_timeout_s: z
    .number()
    .positive()
    .default(600)
    .describe('A worker that reports no progress for so long is taken for stuck, ended, and its unit retried.'),
  max_losses: z
    .int()
    .nonnegative()
    .default(6)
    .describe('How often a unit may lose its worker before it fails, unless a guilty sample is found.'),
  retry_delay_s: z
    .number()
    .nonnegative()
    .default(0.5)
    .describe('Delay before the first retry; doubles with each further one, up to 30 s.'),
})

const datasetSource = z.strictObject({
  type: z.literal('local').default('local').describe('Where the data is; local files only.'),
  path: z.string().describe('A file, a folder or a pattern.'),
  weight: z.number().positive().optional().describe('Share of its samples that are taken.'),
})

/** Every key of a recipe that has an effect, with type, default and meaning. */
export const recipeSchema = z.strictObject({
  project_name: z.string().nullable().default(null).describe('A name for people.'),
  dataset_path: list(z.string())
    .optional()
    .describe('A file, a folder, a pattern, a list of them, or a weighted mixture ("0.7 a.jsonl 0.3 b.jsonl").'),
  dataset: z
    .strictObject({ configs: z.array(datasetSource).min(1), max_sample_num: z.any().optional() })
    .optional()
    .describe('Several datasets, each with a path and, if wanted, a weight.'),
  suffixes: list(z.string()).default([]).describe('Only files with these suffixes are read.'),
  duplicates: z
    .enum(['refuse', 'keep'])
    .default('refuse')
    .describe('What becomes of two names of one file (links of any kind): an error, or two inputs.'),
  export_path: z
    .string()
    .default('./outputs/hello_world/hello_world.jsonl')
    .describe(
      'Where the result goes; the suffix names format and compression. A name without suffix is a folder of JSONL shards.',
    ),
  export_type: z
    .enum(['jsonl', 'json', 'csv', 'tsv', 'parquet', 'arrow'])
    .nullable()
    .default(null)
    .describe('Format of the result where the suffix does not say it.'),
  export_shard_size: z.int().nonnegative().default(0).describe('Bytes of JSON text a shard; 0 for one file.'),
  overwrite: z
    .boolean()
    .default(false)
    .describe('Replace what stands at export_path, also if another job or program wrote it; it is moved aside.'),
  ignore_disk: z.boolean().default(false).describe('Begin also where the disk seems too small for the result.'),
  keep_stats_in_res_ds: z
    .boolean()
    .default(false)
    .describe('Keep the statistics of each sample in the result (__dj__stats__).'),
  keep_hashes_in_res_ds: z
    .boolean()
    .default(false)
    .describe('Keep the hashes that deduplicators compute in the result.'),
  executor_type: z
    .enum(['default', 'local', 'ray', 'ray_partitioned'])
    .default('default')
    .describe(
      'Where units run: on this machine, or on the Ray cluster of ray_address (ray_partitioned; see docs/ray.md). ray runs on this machine, with a warning.',
    ),
  ray_address: rayAddress
    .default('auto')
    .describe('The Ray cluster: host:port of its head, or auto for the one that this machine belongs to.'),
  ray: raySchema.default(raySchema.parse({})).describe('Where workers run on a Ray cluster.'),
  shard: z
    .enum(['lease', 'hash'])
    .default('lease')
    .describe(
      'How processes on one job share it: each takes what nobody holds, or has its share by hash (PAWL_SHARD, PAWL_SHARDS, or a Slurm array).',
    ),
  np: positive.nullable().default(null).describe('Worker processes; by default the cores that this process may use.'),
  work_dir: z
    .string()
    .nullable()
    .default(null)
    .describe(
      'Folder of jobs; {job_id} must come last in it and is appended where it is absent. By default the folder of export_path.',
    ),
  roots: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/, 'a name of a-z, 0-9 and _'), z.string())
    .default({})
    .describe(
      'Folders that lie elsewhere on other hosts, by name, such as {data: /mnt/a}; PAWL_ROOT_DATA=/mnt/b says where one is on a host. Paths may begin with root:data.',
    ),
  job_id: z
    .string()
    .nullable()
    .default(null)
    .describe(
      'Name of the job; one that exists is gone on with. By default the job of this work dir that wrote export_path or is about to, else a new one named after it.',
    ),
  new_job: z
    .boolean()
    .default(false)
    .describe('Begin a new job under {YYYYMMDD}_{HHMMSS}_{6 hex}, where job_id names none.'),
  partition_dir: z
    .string()
    .nullable()
    .default(null)
    .describe('Folder of copies of partitions (write_partitions); by default partitions/ in the job directory.'),
  event_log_dir: z.string().nullable().default(null).describe('Folder of the event log; by default the job directory.'),
  checkpoint_dir: z
    .string()
    .nullable()
    .default(null)
    .describe('Folder of checkpoints; by default checkpoints/ in the job directory.'),
  text_keys: list(z.string())
    .refine(keys => keys.length > 0 && keys.every(isFieldName), {
      error: 'names at least one field, such as "text" or "meta.body"',
    })
    .default(['text'])
    .describe('Field that operators work on; nested with dots. Of several, the first.'),
  image_key: mediaKey('Field that lists the paths of images, for operators that name none; by default images.'),
  image_bytes_key: mediaKey('Field that lists the bytes of images; by default image_bytes.'),
  audio_key: mediaKey('Field that lists the paths of audios; by default audios.'),
  video_key: mediaKey('Field that lists the paths of videos; by default videos.'),
  seed: z.int().default(42).describe('Seed of random choices.'),
  on_error: z
    .enum(['quarantine', 'fail', 'skip'])
    .default('quarantine')
    .describe('What becomes of a sample that an operator fails on, or that is no valid record.'),
  nan: z
    .enum(['keep', 'null', 'refuse'])
    .default('keep')
    .describe('What becomes of NaN and infinities in the input: kept, replaced by null, or the sample set aside.'),
  csv_types: z
    .record(z.string(), z.enum(['text', 'number']))
    .default({})
    .describe('Types of CSV columns where what their first rows look like is not meant, such as {zip: text}.'),
  hive_partitioning: z
    .boolean()
    .nullable()
    .default(null)
    .describe(
      'Whether folders such as lang=en give their samples a field of that name; left out without it, with a warning.',
    ),
  max_quarantine_ratio: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Share of the samples that may be set aside before the job ends with exit 1, to be resumed.'),
  max_sample_mb: megabytes.default(64).describe('A larger record is set aside by reference.'),
  custom_operator_paths: list(z.string())
    .default([])
    .describe('Modules (.js, .mjs or .ts) with operators of your own.'),
  open_tracer: z
    .boolean()
    .default(false)
    .describe('Show in trace/ of the job, by example, what each operator does to samples.'),
  op_list_to_trace: list(z.string()).default([]).describe('Operators that are traced; all where none is named.'),
  trace_num: z.int().nonnegative().default(10).describe('Most samples that are shown of an operator.'),
  trace_keys: list(z.string()).default([]).describe('Fields that are shown beside the text of what mappers changed.'),
  partition: partition.default(partition.parse({})).describe('How the dataset is divided.'),
  checkpoint: checkpoint.default(checkpoint.parse({})).describe('Where checkpoints go.'),
  intermediate_storage: intermediateStorage
    .default(intermediateStorage.parse({}))
    .describe('How checkpoints are stored and how long they stay.'),
  event_logging: eventLogging.default(eventLogging.parse({})).describe('The event log.'),
  worker: worker.default(worker.parse({})).describe('Limits of worker processes.'),
  substitute_tokenizer: z
    .enum(['o200k_base', 'cl100k_base', 'p50k_base', 'r50k_base'])
    .nullable()
    .default(null)
    .describe('Byte-pair encoding that counts tokens where the model of an operator is not here; with a warning.'),
  strict: z.boolean().default(false).describe('Take warnings about the recipe for errors.'),
  skip_unsupported: z
    .boolean()
    .default(false)
    .describe('Run without the operators, keys and parameters that there are not here; the summary says which.'),
  process: z.array(z.unknown()).default([]).describe('The operators, in order: a name, or a name with its parameters.'),
})

export type RecipeValues = z.output<typeof recipeSchema>

import type { RecipeValues } from './recipe-schema.js'

/**
 * What a recipe key changes, and so what a job that exists does when it is changed:
 *
 * - `samples`: which samples there are and what they hold. It is part of a link of the fingerprint chain, and what
 *   lies behind that link is redone; `from` says which link;
 * - `failures`: what becomes of samples that fail. Work in which none did is reused, other work where it serves;
 * - `export`: only the form or the place of the export, which is written anew from finished partitions;
 * - `storage`: how and how long checkpoints are kept, and where. What is there is found and used all the same;
 * - `nothing`: no result at all.
 */
export type KeyEffect =
  | { readonly kind: 'samples'; readonly from: 'cut' | 'reader' | 'operators' | 'barriers' }
  | { readonly kind: 'failures' | 'export' | 'storage' | 'nothing' }

/** Dotted names of all keys of a recipe; sections are taken apart. */
export type RecipeKey = {
  [K in keyof Required<RecipeValues>]: K extends Section ? `${K}.${Extract<keyof RecipeValues[K], string>}` : K
}[keyof RecipeValues]

type Section = 'partition' | 'checkpoint' | 'intermediate_storage' | 'event_logging' | 'worker' | 'ray'

const samples = (from: Extract<KeyEffect, { kind: 'samples' }>['from']): KeyEffect => ({ kind: 'samples', from })
const failures: KeyEffect = { kind: 'failures' }
const exported: KeyEffect = { kind: 'export' }
const storage: KeyEffect = { kind: 'storage' }
const nothing: KeyEffect = { kind: 'nothing' }

/** The effect of every key. A new key does not compile before it says here what it changes. */
export const keyEffects: Readonly<Record<RecipeKey, KeyEffect>> = {
  project_name: nothing,
  dataset_path: samples('cut'),
  dataset: samples('cut'),
  suffixes: samples('cut'),
  duplicates: samples('cut'),
  'partition.mode': samples('cut'),
  'partition.num_of_partitions': samples('cut'),
  'partition.target_size_mb': samples('cut'),
  'partition.size': samples('cut'),
  'partition.max_size_mb': samples('cut'),
  max_sample_mb: samples('reader'),
  nan: samples('reader'),
  csv_types: samples('reader'),
  hive_partitioning: samples('reader'),
  text_keys: samples('operators'),
  image_key: samples('operators'),
  image_bytes_key: samples('operators'),
  audio_key: samples('operators'),
  video_key: samples('operators'),
  seed: samples('operators'),
  process: samples('operators'),
  substitute_tokenizer: samples('operators'),
  skip_unsupported: samples('operators'),
  custom_operator_paths: samples('operators'),
  keep_hashes_in_res_ds: samples('barriers'),
  on_error: failures,
  max_quarantine_ratio: failures,
  export_path: exported,
  export_type: exported,
  export_shard_size: exported,
  keep_stats_in_res_ds: exported,
  overwrite: nothing,
  ignore_disk: nothing,
  checkpoint_dir: storage,
  partition_dir: storage,
  'checkpoint.enabled': storage,
  'checkpoint.strategy': storage,
  'checkpoint.n_ops': storage,
  'checkpoint.op_names': storage,
  'intermediate_storage.format': storage,
  'intermediate_storage.compression': storage,
  'intermediate_storage.preserve_intermediate_data': storage,
  'intermediate_storage.retention_policy': storage,
  'intermediate_storage.write_partitions': storage,
  executor_type: nothing,
  shard: nothing,
  ray_address: nothing,
  'ray.num_cpus_per_worker': nothing,
  'ray.memory_per_worker_mb': nothing,
  'ray.resources': nothing,
  'ray.runtime_env': nothing,
  'ray.placement': nothing,
  'ray.min_workers': nothing,
  'ray.max_workers': nothing,
  np: nothing,
  strict: nothing,
  work_dir: nothing,
  roots: nothing,
  job_id: nothing,
  new_job: nothing,
  open_tracer: nothing,
  op_list_to_trace: nothing,
  trace_num: nothing,
  trace_keys: nothing,
  event_log_dir: nothing,
  'event_logging.enabled': nothing,
  'event_logging.max_log_size_mb': nothing,
  'event_logging.backup_count': nothing,
  'worker.memory_mb': nothing,
  'worker.stall_timeout_s': nothing,
  'worker.max_losses': nothing,
  'worker.retry_delay_s': nothing,
}

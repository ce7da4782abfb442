/** A key of another program's recipes, or of another version's, and what it means here. */
export type ForeignKey = {
  /** With dots for nested keys. */
  readonly key: string
} & (
  | {
      /** The key that it is taken for. */
      readonly to: string
      /** The value that it is taken for, where that is another; undefined where the key then says nothing. */
      readonly convert?: (value: unknown) => unknown
    }
  | {
      /** Whose key it is or what stands for it here; the value has no effect. */
      readonly without: string
    }
)

const cleanUp = (value: unknown) => (value === true ? 'cleanup_all' : undefined)
const inverted = (value: unknown) => (typeof value === 'boolean' ? !value : undefined)
const keys = (names: string, without: string): ForeignKey[] => names.split(' ').map(key => ({ key, without }))

const csghub = "it is of CSGHub's DataFlow"
const sandbox = "it is of Data-Juicer's sandbox, which trains and evaluates models"
const always = 'failed units are always retried; worker.max_losses says how often'
const inPartitions = 'checkpoints are read and written in bounded steps'

/** The closed table of keys that are taken for others or passed over with a word. Every other unknown key is an error. */
export const foreignKeys: readonly ForeignKey[] = [
  // Misspelt or renamed in published recipes.
  { key: 'exprot_path', to: 'export_path' },
  { key: 'text_key', to: 'text_keys' },
  { key: 'workdir', to: 'work_dir' },
  // Flat and older keys of Data-Juicer's partitioned executor.
  { key: 'partition_size', to: 'partition.size' },
  { key: 'max_partition_size_mb', to: 'partition.max_size_mb' },
  { key: 'num_partitions', to: 'partition.num_of_partitions' },
  { key: 'storage_format', to: 'intermediate_storage.format' },
  { key: 'preserve_intermediate_data', to: 'intermediate_storage.preserve_intermediate_data' },
  { key: 'max_retries', to: 'worker.max_losses' },
  { key: 'partition.max_retries', to: 'worker.max_losses' },
  {
    key: 'partition.auto_configure',
    to: 'partition.mode',
    convert: value => (typeof value === 'boolean' ? (value ? 'auto' : 'manual') : undefined),
  },
  { key: 'checkpointing.enabled', to: 'checkpoint.enabled' },
  { key: 'checkpointing.strategy', to: 'checkpoint.strategy' },
  { key: 'checkpointing.n_ops', to: 'checkpoint.n_ops' },
  { key: 'checkpointing.op_names', to: 'checkpoint.op_names' },
  { key: 'checkpointing.storage_format', to: 'intermediate_storage.format' },
  { key: 'checkpointing.compression', to: 'intermediate_storage.compression' },
  {
    key: 'checkpointing.cleanup_old_checkpoints',
    to: 'intermediate_storage.preserve_intermediate_data',
    convert: inverted,
  },
  { key: 'intermediate_storage.cleanup_on_success', to: 'intermediate_storage.retention_policy', convert: cleanUp },
  ...keys('checkpointing.max_checkpoints_per_partition', 'preserve_intermediate_data says whether the older ones stay'),
  ...keys('enable_fault_tolerance retry_backoff partition.enable_fault_tolerance partition.retry_backoff', always),
  ...keys(
    'use_arrow_batches arrow_batch_size arrow_memory_mapping intermediate_storage.use_arrow_batches intermediate_storage.arrow_batch_size intermediate_storage.arrow_memory_mapping',
    inPartitions,
  ),
  ...keys('intermediate_storage.cleanup_temp_files', 'temporary files never stay'),
  ...keys(
    'intermediate_storage.max_retention_days',
    'retention_policy says what stays, and nothing is removed by its age',
  ),
  ...keys('event_logging.log_level', 'all events are written'),
  // Newer and neighbouring Data-Juicer.
  ...keys('base_dir recovery_mode unit_size', 'it is of a version of Data-Juicer whose way of resuming differs'),
  ...keys('name type buildin description user_name user_token repo_id branch', csghub),
  ...keys(
    'experiment_name data_process_type fix_data_num model_train_config model_infer_config data_generate_config data_eval_config path_3sigma_recipe path_k_sigma_recipe probe_job_configs refine_recipe_job_configs execution_job_configs evaluation_job_configs',
    sandbox,
  ),
]

/** Parameters of operators that other versions of Data-Juicer document and none acts on. */
export const foreignParams: Readonly<Record<string, readonly string[]>> = {
  clean_links_mapper: ['min_links', 'max_links'],
  clean_email_mapper: ['min_emails', 'max_emails'],
}

/** Keys of one dataset that only say how to reach or load it elsewhere. */
export const foreignDatasetKeys: readonly string[] = [
  'format',
  'split',
  'source',
  'limit',
  'name',
  'subset',
  'data_files',
]

import { describe, expect, it } from 'vitest'
import { keyEffects, type RecipeKey } from '../../src/config/key-effects.js'
import { recipeSchema } from '../../src/config/recipe-schema.js'
import { oneOf } from '../drawn.js'
import { Lab, type LabRun } from './lab.js'

const process = [
  'clean_email_mapper',
  { text_length_filter: { min_len: 4 } },
  'document_deduplicator',
  { text_length_filter: { min_len: 6 } },
]
const base = { np: 1, 'partition.mode': 'manual', 'partition.num_of_partitions': 2, process }

/** Another value for every key, or why there can be none within one job. */
const others: Readonly<Record<RecipeKey, { readonly value: (lab: Lab) => unknown } | { readonly not: string }>> = {
  project_name: { value: () => 'another name' },
  dataset_path: { value: () => 'data/a.jsonl' },
  dataset: { value: lab => ({ configs: [{ path: lab.path('data'), weight: 0.5 }] }) },
  suffixes: { value: () => ['.jsonl'] },
  'partition.mode': { value: () => 'auto' },
  'partition.num_of_partitions': { value: () => 3 },
  'partition.target_size_mb': { value: () => 1 },
  'partition.size': { value: () => 7 },
  'partition.max_size_mb': { value: () => 1 },
  max_sample_mb: { value: () => 0.0001 },
  text_keys: { value: () => ['other'] },
  image_key: { value: () => 'pictures' },
  image_bytes_key: { value: () => 'picture_bytes' },
  audio_key: { value: () => 'sounds' },
  video_key: { value: () => 'films' },
  seed: { value: () => 7 },
  process: { value: () => [...process.slice(0, 3), { text_length_filter: { min_len: 9 } }] },
  custom_operator_paths: { value: lab => lab.path('op.mjs') },
  keep_hashes_in_res_ds: { value: () => true },
  on_error: { value: () => 'skip' },
  export_path: { value: () => 'out/other.jsonl' },
  export_type: { value: () => 'jsonl' },
  export_shard_size: { value: () => 100 },
  keep_stats_in_res_ds: { value: () => true },
  overwrite: { value: () => true },
  duplicates: { value: () => 'keep' },
  ignore_disk: { value: () => true },
  checkpoint_dir: { value: () => 'elsewhere/checkpoints' },
  partition_dir: { value: () => 'elsewhere/partitions' },
  'checkpoint.enabled': { value: () => false },
  'checkpoint.strategy': { value: () => 'every_op' },
  'checkpoint.n_ops': { value: () => 1 },
  'checkpoint.op_names': { value: () => ['clean_email_mapper'] },
  'intermediate_storage.format': { value: () => 'arrow' },
  'intermediate_storage.compression': { value: () => 'none' },
  'intermediate_storage.preserve_intermediate_data': { value: () => false },
  'intermediate_storage.write_partitions': { value: () => true },
  executor_type: { value: () => 'local' },
  ray_address: { value: () => 'elsewhere:6379' },
  'ray.num_cpus_per_worker': { value: () => 2 },
  'ray.memory_per_worker_mb': { value: () => 900 },
  'ray.resources': { value: () => ({ fast_disk: 1 }) },
  'ray.runtime_env': { value: () => ({ env_vars: { A: 'b' } }) },
  'ray.placement': { value: () => 'pack' },
  'ray.min_workers': { value: () => 2 },
  'ray.max_workers': { value: () => 2 },
  shard: { not: 'it needs to be told which share: test/hands/shards.test.ts' },
  np: { value: () => 2 },
  work_dir: { not: 'another folder is another job' },
  roots: { not: 'it names places: test/engine/roots.test.ts' },
  strict: { value: () => true },
  nan: { value: () => 'null' },
  csv_types: { value: () => ({ zip: 'text' }) },
  hive_partitioning: { value: () => true },
  skip_unsupported: { value: () => true },
  substitute_tokenizer: { value: () => 'o200k_base' },
  max_quarantine_ratio: { value: () => 0.9 },
  new_job: { not: 'it asks for another job' },
  open_tracer: { value: () => true },
  op_list_to_trace: { value: () => ['clean_email_mapper'] },
  trace_num: { value: () => 3 },
  trace_keys: { value: () => ['other'] },
  job_id: { not: 'another name is another job' },
  event_log_dir: { value: () => 'elsewhere/events' },
  'event_logging.enabled': { value: () => false },
  'event_logging.max_log_size_mb': { value: () => 1 },
  'event_logging.backup_count': { value: () => 0 },
  'worker.memory_mb': { value: () => 900 },
  'worker.stall_timeout_s': { value: () => 500 },
  'worker.max_losses': { value: () => 1 },
  'worker.retry_delay_s': { value: () => 1 },
  // Last, as it removes what going back would find.
  'intermediate_storage.retention_policy': { value: () => 'keep_failed_only' },
}

/** A recipe of dotted keys, as a file has it. */
function nest(flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const recipe: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(flat)) {
    const [section, name] = key.split('.')
    recipe[section] = name === undefined ? value : { ...(recipe[section] as object | undefined), [name]: value }
  }
  return recipe
}

/** What stands in a job's export and its quarantine. */
function result(lab: Lab, name: string, job: string): readonly string[] {
  const files = Object.values(lab.manifest('out', path => path.startsWith(name))).filter(text => text !== 'folder')
  const report = lab.manifest(`jobs/${job}/quarantine`, path => path === 'quarantine.jsonl')['quarantine.jsonl'] ?? ''
  return [...files, `${report.split('\n').length - 1} in quarantine`]
}

const exportOf = (key: string) =>
  key === 'export_path' ? 'other' : key === 'export_shard_size' ? 'result/' : 'result.jsonl'

/** What a new job gives for the same recipe. */
async function freshResult(lab: Lab, flat: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const { error } = await lab.run({ ...nest(flat), job_id: 'fresh', export_path: 'out/fresh.jsonl' })
  expect(error).toBeUndefined()
  const found = result(lab, 'fresh', 'fresh')
  lab.remove('out/fresh.jsonl', 'out/fresh', 'jobs/fresh')
  return found
}

const hasExported = ({ events }: LabRun) => events.some(({ event_type }) => event_type === 'export_complete')

describe('every key of a recipe', () => {
  it('says what it changes', () => {
    const keys = Object.entries(recipeSchema.shape).flatMap(([key, schema]) => {
      const inner =
        'def' in schema && schema.def.type === 'default' ? (schema as { unwrap(): unknown }).unwrap() : schema
      const shape = (inner as { shape?: Record<string, unknown> }).shape
      return shape === undefined ? [key] : Object.keys(shape).map(name => `${key}.${name}`)
    })
    expect(Object.keys(keyEffects).sort()).toEqual(keys.sort())
  })

  it('does to a job that exists what it says, gives what a new job gives, and back again redoes nothing', async () => {
    const lab = new Lab()
    const rows = Array.from({ length: 12 }, (_, n) => ({
      text: `text ${n % 5} at me@example.org ${'long '.repeat(n)}`,
      other: `other ${n % 3}`,
    }))
    lab.write('data/a.jsonl', `${rows.map(row => JSON.stringify(row)).join('\n')}\n{"text":"bad\n`)
    lab.write(
      'data/b.jsonl',
      `${rows
        .slice(3, 9)
        .map(row => JSON.stringify(row))
        .join('\n')}\n`,
    )
    lab.write(
      'op.mjs',
      "import { defineMapper } from 'pawl'\nexport default defineMapper({ name: 'idle_mapper', summary: 'Idles.', params: {}, create: () => ({ map() {} }) })",
    )
    expect((await lab.run(nest(base))).error).toBeUndefined()
    for (const [key, other] of oneOf(3, Object.entries(others))) {
      if ('not' in other) continue
      const flat: Record<string, unknown> = { ...base, [key]: other.value(lab) }
      if (key === 'dataset') flat['dataset_path'] = undefined
      const edited = await lab.run(nest(flat))
      expect(edited.error, key).toBeUndefined()
      const effect = keyEffects[key as RecipeKey]
      if (effect.kind !== 'samples' && effect.kind !== 'failures') expect(edited.units, key).toBe(0)
      if (effect.kind === 'nothing' || effect.kind === 'storage') {
        expect(hasExported(edited), key).toBe(false)
        continue
      }
      expect(result(lab, exportOf(key), 'job'), key).toEqual(await freshResult(lab, flat))
      const back = await lab.run(nest(base))
      expect(back.error, key).toBeUndefined()
      // Files that come back come as new ones: their cut went with them.
      const isCut = effect.kind === 'samples' && effect.from === 'cut'
      if (!isCut) expect(back.units, `${key} and back`).toBe(0)
    }
  }, 300_000)
})

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ignoredKeys, ignoredPartitionKeys } from '../../src/config/ignored-keys.js'
import { recipeSchema } from '../../src/config/recipe-schema.js'
import { RecipeFolder } from './recipe-files.js'

const everyKey = `
project_name: everything
dataset_path: data.jsonl
export_path: '{work_dir}/result.jsonl'
export_shard_size: 0
export_in_parallel: false
keep_stats_in_res_ds: true
keep_hashes_in_res_ds: false
executor_type: default
np: 2
ray_address: auto
work_dir: ./outputs/partition-demo/{job_id}
job_id: my_experiment_001
partition_dir: '{work_dir}/partitions'
event_log_dir: '{work_dir}/logs'
checkpoint_dir: '{work_dir}/checkpoints'
text_keys: text
partition:
  mode: auto
  num_of_partitions: 8
  target_size_mb: 256
  size: 5000
  max_size_mb: 256
checkpoint:
  enabled: true
  strategy: every_n_ops
  n_ops: 5
  op_names: [document_deduplicator]
intermediate_storage:
  format: parquet
  compression: snappy
  preserve_intermediate_data: true
  retention_policy: keep_all
  write_partitions: false
event_logging: { enabled: true, max_log_size_mb: 100, backup_count: 5 }
process:
  - clean_links_mapper: {}
  - text_length_filter: { min_len: 5, max_len: 10000 }
  - document_deduplicator:
`

describe('a recipe of Data-Juicer', () => {
  it('is valid with every key of partitioned execution set', async () => {
    const recipe = await new RecipeFolder(everyKey).open()
    expect(recipe.operators.map(({ name }) => name)).toEqual([
      'clean_links_mapper',
      'text_length_filter',
      'document_deduplicator',
    ])
    expect(recipe.partition).toEqual({
      mode: 'auto',
      num_of_partitions: 8,
      target_size_mb: 256,
      size: 5000,
      max_size_mb: 256,
    })
    expect(recipe.warnings).toEqual(['These keys of Data-Juicer have no effect in Pawl: export_in_parallel'])
  })

  it('has its placeholders filled in', async () => {
    const recipe = await new RecipeFolder(everyKey).open()
    const jobDir = join(process.cwd(), 'outputs/partition-demo/my_experiment_001')
    expect(recipe).toMatchObject({
      jobDir,
      export_path: join(jobDir, 'result.jsonl'),
      partition_dir: join(jobDir, 'partitions'),
      checkpoint_dir: join(jobDir, 'checkpoints'),
      event_log_dir: join(jobDir, 'logs'),
    })
  })

  it.each([
    ['partition', 'mode', ['auto', 'manual']],
    ['checkpoint', 'strategy', ['every_n_ops', 'every_op', 'manual', 'disabled']],
    ['intermediate_storage', 'format', ['parquet', 'arrow', 'jsonl']],
    ['intermediate_storage', 'compression', ['snappy', 'gzip', 'none']],
    ['intermediate_storage', 'retention_policy', ['keep_all', 'keep_failed_only', 'cleanup_all']],
  ] as const)('may set %s.%s to each of its values', async (section, key, values) => {
    for (const value of values) {
      // Checkpoints by hand need to be told where.
      const names = value === 'manual' && section === 'checkpoint' ? '  op_names: [clean_links_mapper]\n' : ''
      const folder = new RecipeFolder(`dataset_path: data.jsonl\n${section}:\n  ${key}: ${value}\n${names}`)
      expect((await folder.open())[section]).toMatchObject({ [key]: value })
    }
  })

  it('with executor_type ray runs on this machine, with a warning', async () => {
    const { warnings } = await new RecipeFolder('dataset_path: data.jsonl\nexecutor_type: ray\n').open()
    expect(warnings).toEqual([
      'executor_type ray runs on this machine; ray_partitioned runs on the Ray cluster of ray_address',
    ])
  })

  it.each([
    ['ray://head:10001', 'the Ray client (ray://)'],
    ['head', 'is auto, or host:port of the head'],
    ['http://head:8265', 'is auto, or host:port of the head'],
  ])('cannot name %s as its Ray cluster, and says why', async (address, why) => {
    const recipe = new RecipeFolder(`dataset_path: data.jsonl\nray_address: ${address}\n`)
    await expect(recipe.open()).rejects.toThrow(why)
  })

  it('cannot ask Ray for more workers at least than at most', async () => {
    const recipe = new RecipeFolder('dataset_path: data.jsonl\nray: {min_workers: 3, max_workers: 2}\n')
    await expect(recipe.open()).rejects.toThrow('min_workers is more than max_workers')
  })

  it('is warned once of all keys without effect', async () => {
    const partition = [...ignoredPartitionKeys].map(key => `  ${key}: 1\n`).join('')
    const yaml = `dataset_path: data.jsonl\n${[...ignoredKeys].map(key => `${key}: 1\n`).join('')}partition:\n${partition}`
    const { warnings } = await new RecipeFolder(yaml).open()
    expect(warnings).toHaveLength(1)
    for (const key of ignoredKeys) expect(warnings[0]).toContain(key)
    for (const key of ignoredPartitionKeys) expect(warnings[0]).toContain(`partition.${key}`)
  })

  it('is warned of checkpoints behind operators that it does not use', async () => {
    const yaml = 'dataset_path: data.jsonl\ncheckpoint: {strategy: manual, op_names: [document_deduplicator]}\n'
    expect((await new RecipeFolder(yaml).open()).warnings).toEqual([
      'checkpoint.op_names names operators that process does not use: document_deduplicator',
    ])
  })
})

describe('the keys of a recipe', () => {
  it('have the documented defaults', async () => {
    const recipe = await new RecipeFolder('dataset_path: data.jsonl\n').open()
    expect(recipe).toMatchObject({
      np: null,
      text_keys: ['text'],
      executor_type: 'default',
      partition: { mode: 'auto', num_of_partitions: null, target_size_mb: 256, size: null, max_size_mb: 256 },
      checkpoint: { enabled: true, strategy: 'every_n_ops', n_ops: 5, op_names: [] },
      intermediate_storage: {
        format: 'parquet',
        compression: 'snappy',
        preserve_intermediate_data: true,
        retention_policy: 'keep_all',
        write_partitions: false,
      },
      event_logging: { enabled: true, max_log_size_mb: 100, backup_count: 5 },
      isJobIdGiven: false,
    })
    expect(recipe.jobId).toMatch(/^hello_world-[0-9a-f]{6}$/)
  })

  it('mean their default where nothing stands behind them', async () => {
    const folder = new RecipeFolder('dataset_path: data.jsonl\npartition:\nnp:\ntext_keys:\n')
    expect(await folder.open()).toMatchObject({ partition: { mode: 'auto' }, np: null, text_keys: ['text'] })
  })

  it('all stand in docs/recipes.md', () => {
    const documented = readFileSync('docs/recipes.md', 'utf8')
    for (const [name, schema] of Object.entries(recipeSchema.shape)) {
      const value: unknown = (schema.safeParse(undefined) as { data?: unknown }).data
      const isSection = typeof value === 'object' && value !== null && !Array.isArray(value)
      const keys = isSection ? Object.keys(value).map(key => `${name}.${key}`) : [name]
      for (const key of keys) expect(documented).toMatch(new RegExp(`^\\| \`${key.replace('.', '\\.')}\` +\\|`, 'm'))
    }
    for (const key of [...ignoredKeys, ...ignoredPartitionKeys]) expect(documented).toContain(`\`${key}\``)
  })
})

describe('an operator in a recipe', () => {
  it('is a name, a name with nothing, or a name with a map', async () => {
    const yaml =
      'dataset_path: data.jsonl\nprocess:\n  - text_length_filter\n  - text_length_filter:\n  - text_length_filter: {min_len: 3}\n'
    const { operators } = await new RecipeFolder(yaml).open()
    expect(operators.map(({ params }) => params['min_len'])).toEqual([10, 10, 3])
  })

  it('comes from a module beside the recipe', async () => {
    const folder = new RecipeFolder(
      'dataset_path: data.jsonl\ncustom_operator_paths: ops/own.js\nprocess: [own_mapper]\n',
    )
    mkdirSync(join(folder.path, 'ops'))
    writeFileSync(
      join(folder.path, 'ops', 'own.js'),
      "import { defineMapper } from 'pawl'\nexport default defineMapper({ name: 'own_mapper', summary: '', params: {}, create: () => ({ map() {} }) })\n",
    )
    expect((await folder.open()).operators[0]).toMatchObject({
      name: 'own_mapper',
      version: expect.stringMatching(/^1\+/),
    })
  })
})

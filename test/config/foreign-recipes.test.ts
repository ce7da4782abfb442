import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { foreignKeys } from '../../src/config/foreign-keys.js'
import { portRecipe } from '../../src/config/port-recipe.js'
import { refuseMemory } from '../../src/config/refuse-memory.js'
import type { OperatorUse } from '../../src/core/work-unit.js'
import { createCatalog } from '../../src/ops/catalog.js'
import { RecipeFolder } from './recipe-files.js'

const data = 'dataset_path: data.jsonl\n'

it('says in one warning each what every foreign key is taken for, and knows all keys that it is taken for', async () => {
  for (const foreign of foreignKeys) {
    const known = { ...(await new RecipeFolder(data).open()) }
    const names = foreign.key.split('.')
    const values: Record<string, unknown> = { 'partition.auto_configure': true, max_retries: 2, text_key: 'body' }
    const given = values[foreign.key] ?? sampleValue('to' in foreign ? foreign.to : undefined, known)
    const value = names.length === 1 ? given : { [names[1]]: given }
    const recipe = await new RecipeFolder(`${data}${names[0]}: ${JSON.stringify(value)}\n`).open()
    const said = recipe.warnings.filter(message => message.startsWith(foreign.key))
    expect(said, foreign.key).toHaveLength(1)
    expect(said[0]).toMatch('to' in foreign ? /is taken for|has no effect/ : /has no effect: /)
  }
})

/** A value that a key accepts: what it is by default, or a text. */
function sampleValue(key: string | undefined, known: Readonly<Record<string, unknown>>): unknown {
  const value = key
    ?.split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], known)
  if (key === 'work_dir' || key === 'export_path') return 'x.jsonl'
  return value === null || value === undefined ? 4 : value
}

it('takes older keys for what they mean now', async () => {
  const recipe = await new RecipeFolder(`${data}exprot_path: there.jsonl
text_key: content
partition_size: 1000
max_partition_size_mb: 64
storage_format: jsonl
checkpointing: { enabled: false, compression: gzip, max_checkpoints_per_partition: 3 }
partition: { auto_configure: false }
intermediate_storage: { cleanup_on_success: true }
`).open()
  expect(recipe.export_path).toMatch(/there\.jsonl$/)
  expect(recipe.text_keys).toEqual(['content'])
  expect(recipe.partition).toMatchObject({ mode: 'manual', size: 1000, max_size_mb: 64 })
  expect(recipe.intermediate_storage).toMatchObject({
    format: 'jsonl',
    compression: 'gzip',
    retention_policy: 'cleanup_all',
  })
  expect(recipe.checkpoint.enabled).toBe(false)
})

it('lets what is named rightly count where both are there', async () => {
  const folder = new RecipeFolder(`${data}exprot_path: old.jsonl\n`)
  expect((await folder.open('--export_path', 'new.jsonl')).export_path).toMatch(/new\.jsonl$/)
})

it('takes the last of two equal keys, with a warning', async () => {
  const recipe = await new RecipeFolder(
    `${data}np: 2\nnp: 3\nprocess:\n  - text_length_filter: { min_len: 1, min_len: 2 }\n`,
  ).open()
  expect(recipe.np).toBe(3)
  expect(recipe.operators[0].params['min_len']).toBe(2)
  expect(recipe.warnings).toEqual([
    'np occurs twice; the one in line 3 counts',
    'min_len occurs twice; the one in line 5 counts',
  ])
})

it('takes one dataset without a list, entries of name and args, and an input of the command line', async () => {
  const flat = await new RecipeFolder('dataset: { type: local, format: json, path: data.jsonl }\n').open()
  expect(flat.datasets).toEqual([{ kind: 'path', path: 'data.jsonl', weight: undefined }])
  const named = await new RecipeFolder(`${data}process: [{name: text_length_filter, args: {min_len: 3}}]\n`).open()
  expect(named.operators).toMatchObject([{ name: 'text_length_filter', params: { min_len: 3 } }])
  const remote = 'dataset: { configs: [{ type: remote, source: s3, path: "s3://bucket/data" }] }\n'
  expect(await new RecipeFolder(remote).refusal()).toContain('type: ')
  const local = await new RecipeFolder(remote).open('--dataset_path', 'data.jsonl')
  expect(local.datasets).toEqual([{ kind: 'text', text: 'data.jsonl' }])
})

it('keeps every other unknown key an error with the nearest name, also inside of a list', async () => {
  expect(await new RecipeFolder(`${data}exprt_path: a\n`).refusal()).toContain('did you mean "export_path"?')
  const inList = 'dataset: { configs: [{ path: data.jsonl, wieght: 1 }] }\n'
  expect(await new RecipeFolder(inList).refusal()).toMatch(
    /there is no "wieght" in dataset\.configs\[0\]; did you mean "weight"\?/,
  )
})

it('takes warnings for errors where it is to be strict, each at its place', async () => {
  const folder = new RecipeFolder(`${data}name: demo\n`)
  expect((await folder.open()).warnings).toHaveLength(1)
  expect(await folder.refusal('--strict')).toContain('recipe.yaml:2:1: name has no effect')
  await expect(new RecipeFolder(data).open('--strict')).resolves.toMatchObject({ warnings: [] })
})

it('runs without what is absent where it is to, and says without what', async () => {
  const folder = new RecipeFolder(`${data}made_up_key: 1
process:
  - image_face_count_filter: { min_face_count: 3 }
  - text_length_filter: { min_len: 3, made_up: 1 }
  - no_such_operator:
  - words_num_filter: { min_num: 1 }
`)
  expect(await folder.refusal()).toContain('made_up_key')
  const recipe = await folder.open('--skip_unsupported')
  expect(recipe.operators.map(({ name }) => name)).toEqual(['text_length_filter', 'words_num_filter'])
  expect(recipe.skipped.map(({ index, name }) => [index, name])).toEqual([
    [0, 'image_face_count_filter'],
    [2, 'no_such_operator'],
  ])
  expect(recipe.warnings.filter(message => message.startsWith('without '))).toHaveLength(4)
  const wrong = new RecipeFolder(`${data}process:\n  - no_such_operator\n  - text_length_filter: { min_len: x }\n`)
  expect(await wrong.refusal('--skip_unsupported')).toContain('recipe.yaml:4:36')
})

it('ports a recipe with a comment at each change, the comments of the user, and nothing left to warn of', async () => {
  const folder = new RecipeFolder(`# the web crawl
name: demo # shown in the hub
exprot_path: out.jsonl
dataset_path: data.jsonl # small
np: 2
np: 4
process:
  # links first
  - clean_links_mapper: { min_links: 0 }
  - image_face_count_filter: { min_face_count: 3 } # pictures
  - name: text_length_filter
    args: { min_len: 3 }
  # at the end
  - no_such_operator
`)
  const original = readFileSync(folder.recipe, 'utf8')
  const { text, operators, running, notes } = await portRecipe(folder.recipe, createCatalog())
  expect([running, operators]).toEqual([2, 4])
  expect(notes).toHaveLength(7)
  for (const comment of [
    '# the web crawl',
    '# shown in the hub',
    '# small',
    '# links first',
    '# pictures',
    '# at the end',
  ])
    expect(text).toContain(comment)
  expect(text.match(/# pawl: /g)).toHaveLength(7)
  expect(text).toContain('# pawl: exprot_path is taken for export_path\nexport_path: out.jsonl')
  expect(readFileSync(folder.recipe, 'utf8')).toBe(original)
  const ported = await new RecipeFolder(text).open('--strict')
  expect(ported.operators.map(({ name }) => name)).toEqual(['clean_links_mapper', 'text_length_filter'])
  expect(ported.np).toBe(4)
})

it('ports a recipe that runs as it is to itself', async () => {
  const yaml = '# mine\ndataset_path: data.jsonl\nprocess:\n  - text_length_filter:\n      min_len: 3 # short ones\n'
  const { text, notes } = await portRecipe(new RecipeFolder(yaml).recipe, createCatalog())
  expect(text).toBe(yaml)
  expect(notes).toEqual([])
})

it('warns where something else counts in place of what was asked for', async () => {
  const folder = new RecipeFolder(`${data}substitute_tokenizer: o200k_base
process:
  - token_num_filter: { hf_tokenizer: my/tokenizer }
  - words_num_filter: { tokenization: true, lang: xx }
  - words_num_filter: { tokenization: false }
`)
  const { warnings } = await folder.open()
  expect(warnings).toHaveLength(2)
  expect(warnings[0]).toMatch(/process\[0\] token_num_filter: .*o200k_base.*my\/tokenizer/)
  expect(warnings[1]).toMatch(/process\[1\] words_num_filter: .*o200k_base/)
})

it('tells uses of one operator apart by their number', async () => {
  const folder = new RecipeFolder(`${data}process: [text_length_filter, clean_links_mapper, text_length_filter]\n`)
  expect((await folder.open('--checkpoint.op_names', 'text_length_filter[1]')).warnings).toEqual([])
  expect((await folder.open('--checkpoint.op_names', 'text_length_filter[2]')).warnings).toHaveLength(1)
})

it('keeps statistics of one name on two fields apart, the first under its plain name', async () => {
  const { operators } = await new RecipeFolder(`${data}process:
  - text_length_filter:
  - text_length_filter: { text_key: title }
  - text_length_filter: { text_key: text }
  - words_num_filter: { text_key: title }
`).open()
  expect(operators.map(({ statsField }) => statsField)).toEqual([undefined, 'title', undefined, undefined])
})

it('refuses places that are not local, with the command that copies', async () => {
  const refusal = (yaml: string) => new RecipeFolder(yaml).refusal()
  expect(await refusal('dataset_path: s3://bucket/a.jsonl\n')).toMatch(
    /recipe\.yaml:1:15: .*aws s3 cp s3:\/\/bucket\/a\.jsonl \./,
  )
  expect(await refusal('dataset_path: ["0.5 gs://b/x"]\n')).toContain('gcloud storage cp -r gs://b/x')
  expect(await refusal('dataset_path: hf://datasets/o/n/data/*.parquet\n')).toContain(
    "hf download --repo-type dataset o/n --include 'data/*.parquet'",
  )
  expect(await refusal(`${data}export_path: oss://bucket/out.jsonl\n`)).toContain(
    'ossutil cp FILE oss://bucket/out.jsonl',
  )
  expect(await refusal('dataset_path: file:///tmp/a.jsonl\n')).toContain('without file://')
})

it('refuses models that do not fit into memory as often as there are workers, and says how many fit', () => {
  const operator = {
    name: 'perplexity_filter',
    models: [{ path: '/m/en.arpa.bin', memoryBytes: 4e9 }],
  } as unknown as OperatorUse
  const refuse = (workers: number, availableBytes: number) =>
    refuseMemory([operator, operator], { workers, availableBytes }).map(({ message }) => message)
  expect(refuse(2, 8e9)).toEqual([])
  expect(refuse(4, 9e9)).toEqual([
    'the models of perplexity_filter take 4.0 GB in each of 4 workers, 16.0 GB together, where 9.0 GB are free; --np 2 fits',
  ])
  expect(refuse(1, 1e9)[0]).toMatch(/not even those of one worker fit/)
})

it('takes numbers with an exponent that YAML of Python makes texts of for numbers, with a warning', async () => {
  const folder = new RecipeFolder(`${data}process:\n  - text_length_filter: { min_len: "1e1", max_len: 2e5 }\n`)
  const { operators, warnings } = await folder.open()
  expect(operators[0].params).toMatchObject({ min_len: 10, max_len: 200_000 })
  expect(warnings).toEqual(['process[0] text_length_filter: min_len: "1e1" is taken for the number 10'])
})

it('takes the names that deduplicators have for Ray, and says that where they run has no effect', async () => {
  const { operators, warnings } = await new RecipeFolder(`${data}process:
  - ray_bts_minhash_deduplicator: { union_find_parallel_num: 2, accelerator: cuda }
  - ray_document_deduplicator: { backend: redis }
  - ray_bts_minhash_cpp_deduplicator:
`).open()
  expect(operators.map(({ name }) => name)).toHaveLength(3)
  expect(warnings).toEqual([
    'process[0] ray_bts_minhash_deduplicator: union_find_parallel_num, accelerator say how Ray and its devices do the work, and have no effect here',
    'process[1] ray_document_deduplicator: backend say how Ray and its devices do the work, and have no effect here',
  ])
})

it('tells operators of nowhere from those of later versions', async () => {
  const refuse = (name: string) =>
    new RecipeFolder(`${data}process: [${name}]\n`).open().then(
      () => '',
      (error: Error) => error.message,
    )
  expect(await refuse('tone_of_voice_mapper')).toMatch(
    /nor has Data-Juicer 1\.6\.1 one: it is newer .*--skip_unsupported/,
  )
  expect(await refuse('text_length_filtre')).toMatch(/did you mean "text_length_filter"\?/)
  expect(await refuse('optimize_qa_mapper')).toMatch(
    /needs a large language model; ask a model from an operator of your own/,
  )
})

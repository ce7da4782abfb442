import { describe, expect, it } from 'vitest'
import { RecipeFolder } from './recipe-files.js'

const yaml = `dataset_path: data.jsonl
process:
  - text_length_filter: { min_len: 5 }
  - clean_links_mapper
  - text_length_filter:
  - alphanumeric_filter:
`

const open = (...settings: string[]) => new RecipeFolder(yaml).open(...settings)
const refusal = (...settings: string[]) => new RecipeFolder(yaml).refusal(...settings)
const params = async (...settings: string[]) => (await open(...settings)).operators.map(({ params }) => params)

describe('an override', () => {
  it.each([
    ['--np 4', { np: 4 }],
    ['--np=4', { np: 4 }],
    [
      '--partition.mode manual --partition.num_of_partitions=7',
      { partition: { mode: 'manual', num_of_partitions: 7 } },
    ],
    ['--checkpoint.strategy every_op', { checkpoint: { strategy: 'every_op', n_ops: 5 } }],
    ['--job_id exp-1', { jobId: 'exp-1', isJobIdGiven: true }],
    ['--project_name=a=b', { project_name: 'a=b' }],
    ['--text_keys a,b', { text_keys: ['a', 'b'] }],
    ['--text_keys=a', { text_keys: ['a'] }],
    ['--keep_stats_in_res_ds', { keep_stats_in_res_ds: true }],
    ['--keep_stats_in_res_ds --np 2', { keep_stats_in_res_ds: true, np: 2 }],
    ['--keep_stats_in_res_ds false', { keep_stats_in_res_ds: false }],
    ['--checkpoint.op_names a_filter,b_mapper', { checkpoint: { op_names: ['a_filter', 'b_mapper'] } }],
    ['--np 2 --np 3', { np: 3 }],
    ['--seed -5', { seed: -5 }],
  ])('sets a key of the recipe: %s', async (line, expected) => {
    expect(await open(...line.split(' '))).toMatchObject(expected)
  })

  it.each([
    ['[a, b]', ['a', 'b']],
    ['[a]', ['a']],
    ['["a, b", c]', ['a, b', 'c']],
    ['a,b', ['a', 'b']],
    ['a key', ['a key']],
    ['a, b', ['a, b']],
  ])('reads a list written as %s', async (text, expected) => {
    expect((await open('--text_keys', text)).text_keys).toEqual(expected)
  })

  it('takes a mixture for one text', async () => {
    const { datasets } = await open('--dataset_path', '0.7 a.jsonl 0.3 b.jsonl')
    expect(datasets).toEqual([{ kind: 'text', text: '0.7 a.jsonl 0.3 b.jsonl' }])
  })

  it('sets a parameter of the one operator of that name', async () => {
    expect((await params('--alphanumeric_filter.min_ratio', '0.5'))[3]).toMatchObject({ min_ratio: 0.5 })
    expect((await params('--clean_links_mapper.repl=<LINK>'))[1]).toMatchObject({ repl: '<LINK>' })
  })

  it('sets a parameter of the operator that an index names', async () => {
    const [first, , second] = await params(
      '--text_length_filter[1].min_len',
      '20',
      '--text_length_filter[0].max_len=99',
    )
    expect(first).toMatchObject({ min_len: 5, max_len: 99 })
    expect(second).toMatchObject({ min_len: 20 })
  })

  it('is refused where it could mean several operators', async () => {
    expect(await refusal('--text_length_filter.min_len', '20')).toBe(
      '--text_length_filter.min_len 20: the recipe uses text_length_filter 2 times; say which, such as --text_length_filter[0].min_len',
    )
  })

  it.each([
    ['--text_length_filter[2].min_len 20', 'the recipe uses text_length_filter 2 times; the last is [1]'],
    ['--words_num_filter.min_num 3', 'the recipe does not use words_num_filter'],
    ['--alphanumeric_filter 3', 'name the parameter too, such as --alphanumeric_filter.PARAMETER VALUE'],
    ['--alphanumeric_filter.min_ration 0.5', 'did you mean "min_ratio"?'],
    ['--alphanumeric_filter.min_ratio low', 'process[3].alphanumeric_filter.min_ratio: expected'],
    ['--partition.mode manuel', 'partition.mode: expected one of auto, manual, found "manuel"; did you mean "manual"?'],
    ['--partiton.mode manual', 'there is no "partiton"; did you mean "partition"?'],
    ['--partition.moda manual', 'there is no "moda" in partition; did you mean "mode"?'],
    ['--np many', 'np: expected a number, found "many"'],
    ['--dataset_path.x 1', 'dataset_path is "data.jsonl" and has no keys'],
    ['--checkpoint.op_names [1]', 'checkpoint.op_names'],
  ])('says itself what is wrong with it: %s', async (line, message) => {
    const problem = await refusal(...line.split(' '))
    expect(problem).toContain(message)
    expect(problem.startsWith(`${line}: `)).toBe(true)
  })

  it.each(['extra', '-x', '--', '--1'])('is the only kind of argument: %j is none', async arg => {
    expect(await refusal(arg)).toContain(`Unexpected argument "${arg}"`)
  })

  it('does not touch the text of the recipe: errors elsewhere still show their place', async () => {
    const folder = new RecipeFolder(`${yaml}np: none\n`)
    expect(await folder.refusal('--alphanumeric_filter.min_ratio', '0.5')).toContain('recipe.yaml:7:5: np: ')
  })
})

describe('overrides without a recipe file', () => {
  it('make a recipe of their own', async () => {
    const { openRecipe } = await import('../../src/engine/open-recipe.js')
    const { recipe } = await openRecipe(undefined, ['--dataset_path', 'a.jsonl', '--process', '[text_length_filter]'])
    expect(recipe.operators.map(({ name }) => name)).toEqual(['text_length_filter'])
  })
})

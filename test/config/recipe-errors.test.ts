import { describe, expect, it } from 'vitest'
import { RecipeFolder } from './recipe-files.js'

const refusal = (yaml: string, ...settings: string[]) => new RecipeFolder(yaml).refusal(...settings)

describe('a recipe error', () => {
  it('shows file, line and column, underlines the name and offers the nearest', async () => {
    expect(await refusal('dataset_path: data.jsonl\ncheckpoint:\n  strategie: every_op\n')).toBe(
      [
        'recipe.yaml:3:3: there is no "strategie" in checkpoint; did you mean "strategy"?',
        '3 |   strategie: every_op',
        '  |   ^^^^^^^^^',
      ].join('\n'),
    )
  })

  it('underlines the value where the value is wrong', async () => {
    expect(await refusal('dataset_path: data.jsonl\npartition: { mode: manuel }\n')).toBe(
      [
        'recipe.yaml:2:20: partition.mode: expected one of auto, manual, found "manuel"; did you mean "manual"?',
        '2 | partition: { mode: manuel }',
        '  |                    ^^^^^^',
      ].join('\n'),
    )
  })

  it('names everything that is wrong at once', async () => {
    const problems = await refusal(
      'dataset_path: data.jsonl\nnp: 0\nexport_pth: x\nprocess:\n  - text_lenght_filter\n  - text_length_filter: {min_length: 5}\n',
    )
    expect(problems.match(/^recipe\.yaml:\d+:\d+/gm)).toEqual([
      'recipe.yaml:2:5',
      'recipe.yaml:3:1',
      'recipe.yaml:5:5',
      'recipe.yaml:6:26',
    ])
    expect(problems).toContain('np: must be more than 0, found 0')
    expect(problems).toContain('did you mean "export_path"?')
    expect(problems).toContain('there is no operator "text_lenght_filter"; did you mean "text_length_filter"?')
    expect(problems).toContain('there is no "min_length" in process[1].text_length_filter; did you mean "min_len"?')
  })

  it.each([
    ['np: two', 'recipe.yaml:2:5: np: expected a number, found "two"'],
    ['np: 1.5', 'recipe.yaml:2:5: np: expected a whole number, found 1.5'],
    ['keep_stats_in_res_ds: maybe', 'recipe.yaml:2:23: keep_stats_in_res_ds: expected a boolean, found "maybe"'],
    ['partition: 4', 'recipe.yaml:2:12: partition: expected a map, found 4'],
    ['process: text_length_filter', 'recipe.yaml:2:10: process: expected a list, found "text_length_filter"'],
    ['text_keys: 5', 'recipe.yaml:2:12: text_keys: expected a string, or expected a list, found 5'],
    ['checkpoint: {n_ops: 0}', 'recipe.yaml:2:21: checkpoint.n_ops: must be more than 0, found 0'],
    ['intermediate_storage: {compression: zip}', 'compression: expected one of snappy, gzip, none, found "zip"'],
    ['process: [text_length_filter: {min_len: many}]', 'process[0].text_length_filter.min_len: expected a'],
    ['process: [text_length_filter: [5]]', 'text_length_filter: its parameters must be a map, found [5]'],
    ['process: [{text_length_filter: {}, alphanumeric_filter: {}}]', 'an operator is a name, or a name with its'],
    ['process: [7]', 'recipe.yaml:2:11: an operator is a name, or a name with its parameters'],
    ['process: [image_face_count_filter]', 'image_face_count_filter of Data-Juicer is not part of Pawl'],
    ['process: [tone_mapper]', 'there is no operator "tone_mapper", nor has Data-Juicer 1.6.1 one'],
    [
      'process: [nested_aggregator]',
      'nested_aggregator of Data-Juicer is not part of Pawl: it needs a large language model',
    ],
    ['process: [clean_links_mapper: {pattern: "("}]', 'clean_links_mapper: '],
    ['dataset: {configs: [{path: data.jsonl}]}', 'dataset and dataset_path both name the input'],
    ['np: [1', 'this is not valid YAML'],
    ['custom_operator_paths: missing.ts', 'custom_operator_paths: there is no file missing.ts'],
  ])('says what is wrong with %s', async (line, message) => {
    expect(await refusal(`dataset_path: data.jsonl\n${line}\n`)).toContain(message)
  })

  it.each([
    ['', 'The recipe names no input'],
    ['dataset_path: ""', 'The recipe names no input'],
    ['- a\n- b', 'recipe.yaml must hold a map of keys'],
    ['just words', 'recipe.yaml must hold a map of keys'],
  ])('says what is missing in %j', async (yaml, message) => {
    expect(await refusal(yaml)).toContain(message)
  })

  it('says that there is no such file', async () => {
    const folder = new RecipeFolder('')
    const { openRecipe } = await import('../../src/engine/open-recipe.js')
    await expect(openRecipe(`${folder.path}/other.yaml`)).rejects.toThrow('other.yaml: there is no such file')
    await expect(openRecipe(folder.path)).rejects.toThrow('it is a folder')
  })
})

describe('a hostile recipe', () => {
  it('cannot blow up memory by aliases', async () => {
    const levels = Array.from({ length: 9 }, (_, level) =>
      level === 0
        ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
        : `a${level}: &a${level} [${Array(9)
            .fill(`*a${level - 1}`)
            .join(', ')}]`,
    )
    expect(await refusal(levels.join('\n'))).toMatch(/recipe\.yaml.*alias/i)
  })

  it.each([
    '../up',
    '/tmp/x',
    '.',
    '..',
    'a/b',
    'a\\\\b',
    '.hidden',
    '',
    ' ',
    'a\\u0000b',
    '-rf',
    `${'x'.repeat(129)}`,
  ])('cannot leave the work dir by job_id %j', async id => {
    const yaml = `dataset_path: data.jsonl\njob_id: "${id}"\n`
    expect(await refusal(yaml)).toContain('recipe.yaml:2:9: job_id ')
    expect(await refusal('dataset_path: data.jsonl\n', '--job_id', JSON.stringify(id))).toContain('--job_id')
  })

  it.each(['{job_id}/below', 'a{job_id}b/c'])('cannot put {job_id} before the end of work_dir: %s', async dir => {
    expect(await refusal(`dataset_path: data.jsonl\nwork_dir: '${dir}'\n`)).toContain(
      '{job_id} must be the last part of it',
    )
  })

  it.each([
    '__proto__: {np: 3}',
    'partition: {__proto__: {mode: manual}}',
    'process: [text_length_filter: {__proto__: {min_len: 3}}]',
  ])('cannot hide a key from the schema: %s', async line => {
    expect(await refusal(`dataset_path: data.jsonl\n${line}\n`)).toMatch(
      /^recipe.yaml:2:\d+: there is no "__proto__"\n/,
    )
  })

  it('cannot reach prototypes by an override', async () => {
    for (const key of ['__proto__', '__proto__.np', 'partition.__proto__.mode', 'constructor.prototype.np']) {
      expect(await refusal('dataset_path: data.jsonl\n', `--${key}`, '3')).toContain(`--${key} 3: `)
    }
    expect(({} as Record<string, unknown>)['np']).toBeUndefined()
  })
})

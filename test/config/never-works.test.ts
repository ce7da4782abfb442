import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openRecipe } from '../../src/engine/open-recipe.js'
import { tempFolder } from '../io/temp-folder.js'

/** What openRecipe says of a recipe with these operators and keys. */
async function refusalOf(process: unknown[], keys: Record<string, unknown> = {}): Promise<string> {
  return openRecipe({ dataset_path: 'a.jsonl', export_path: 'o/o.jsonl', process, ...keys } as never).then(
    () => 'accepted',
    error => (error as Error).message,
  )
}

const operators: readonly (readonly [unknown, RegExp])[] = [
  [{ replace_content_mapper: { pattern: 'a', repl: '\\5' } }, /no group 5/],
  [{ replace_content_mapper: { pattern: ['a', 'b'], repl: ['x'] } }, /2 patterns and 1 repl/],
  [{ replace_content_mapper: { pattern: ['a'], repl: ['x', 'y'] } }, /1 patterns and 2 repl/],
  [{ general_field_filter: { filter_condition: 'a == 1 and not exit(0)' } }, /cannot evaluate a call/],
  [{ general_field_filter: { filter_condition: 'a is 1' } }, /cannot evaluate "is"/],
  [{ specified_numeric_field_filter: { min_value: 1 } }, /field_key/],
  [{ specified_field_filter: { target_value: ['a'] } }, /field_key/],
  [{ stopwords_filter: { lang: 'zz' } }, /no word list for language "zz"/],
  [{ flagged_words_filter: { lang: 'zz' } }, /no word list for language "zz"/],
  [{ language_id_score_filter: { lang: ['en', 'zz'], model: 'eld' } }, /knows no language "zz"/],
  [{ language_id_score_filter: { lang: 'zz' } }, /knows no language "zz"/],
  [{ character_repetition_filter: { rep_len: 0 } }, /rep_len must be at least 1, found 0/],
  [{ word_repetition_filter: { rep_len: -1 } }, /rep_len must be at least 1, found -1/],
  [{ text_length_filter: { min_len: 10, max_len: 5 } }, /no value is at least min_len 10 and at most max_len 5/],
  [{ text_length_filter: { min_len: 5, max_len: 5, max_closed_interval: false } }, /both 5/],
]

test.each(operators)('%j is refused before any work', async (operator, why) => {
  expect(await refusalOf([operator])).toMatch(why)
})

test('bounds that are reversed, and conditions that work, are no mistakes', async () => {
  expect(await refusalOf([{ text_length_filter: { min_len: 10, max_len: 5, reversed_range: true } }])).toBe('accepted')
  expect(await refusalOf([{ general_field_filter: { filter_condition: 'a in [1, 2] and -b.c < 3' } }])).toBe('accepted')
})

const keys: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ checkpoint: { strategy: 'manual' } }, /op_names lists, and it lists none/],
  [{ max_sample_mb: 900 }, /cannot hold records of 900 MB; at most 240 fit/],
  [{ text_keys: [] }, /text_keys/],
  [{ text_keys: '' }, /text_keys/],
  [{ np: Number.NaN }, /found NaN/],
  [
    { dataset_path: undefined, dataset: { configs: [{ path: 'a.jsonl', foo: 1 }] } },
    /no "foo" in dataset.configs\[0\]/,
  ],
]

test.each(keys)('%j is refused before any work', async (values, why) => {
  expect(await refusalOf([], values)).toMatch(why)
})

const texts: readonly (readonly [string, Buffer | string, RegExp])[] = [
  ['in UTF-16', Buffer.from('\ufeffprocess: []', 'utf16le'), /is in UTF-16: save it as UTF-8/],
  ['that is no UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xe9, 0x0a]), /byte 3 is no UTF-8/],
  ['with a foreign tag', 'dataset_path: !env DATA\n', /tag means nothing here: !env/],
  ['with a list for a key', '[a, b]: 1\n', /a key is a name, not a list or map/],
  ['with a number that is none', 'dataset_path: a.jsonl\nnp: .nan\n', /found NaN/],
]

test.each(texts)('a recipe %s is told so', async (_, text, why) => {
  const file = join(tempFolder(), 'r.yaml')
  writeFileSync(file, text)
  await expect(openRecipe(file)).rejects.toThrow(why)
})

test('maps are merged into others as YAML 1.1 has it', async () => {
  const file = join(tempFolder(), 'r.yaml')
  writeFileSync(
    file,
    'dataset_path: a.jsonl\nprocess:\n  - text_length_filter: &len {min_len: 3}\n  - text_length_filter: {<<: *len, max_len: 9}\n',
  )
  const { recipe } = await openRecipe(file)
  expect(recipe.operators[1].params).toMatchObject({ min_len: 3, max_len: 9 })
})

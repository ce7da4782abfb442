import { describe, expect, test } from 'vitest'
import { Sample } from '../../src/core/sample.js'
import { createCatalog } from '../../src/ops/catalog.js'

const catalog = createCatalog()

async function run(name: string, params: Record<string, unknown>, text: string) {
  const definition = await catalog.load(name)
  const operator = await definition.create(definition.params.parse(params), { textKey: 'text', seed: 1 })
  const sample = Sample.of({ text })
  if (operator.kind === 'mapper') await operator.map?.(sample)
  if (operator.kind === 'filter') await operator.computeStats?.(sample)
  const keep = operator.kind === 'filter' ? operator.keep(sample) : undefined
  return { keep, stats: sample.stats, text: sample.text('text') }
}

describe('operators that rest on a model or a list that ships', () => {
  test('language_id_score_filter keeps the wanted language, by either model', async () => {
    const english = 'The keeper of the old lighthouse kept two notebooks on the shelf above the stove.'
    for (const model of ['fasttext', 'eld']) {
      const { keep, stats } = await run('language_id_score_filter', { lang: 'en', min_score: 0.5, model }, english)
      expect([keep, stats['lang']]).toEqual([true, 'en'])
      expect((await run('language_id_score_filter', { lang: ['de', 'fr'], model }, english)).keep).toBe(false)
    }
  })

  test('token_num_filter counts the tokens of an encoding', async () => {
    expect((await run('token_num_filter', { encoding: 'o200k_base', min_num: 1 }, 'Hello, world!')).stats).toEqual({
      num_token: 4,
    })
    expect(
      (await run('token_num_filter', { substitute_tokenizer: 'o200k_base', max_num: 3, min_num: 1 }, 'Hello, world!'))
        .keep,
    ).toBe(false)
  })

  test('sentence_split_mapper puts sentences on lines, and knows abbreviations and initials', async () => {
    const text = 'Dr. Smith met J. Doe at 3.14 p.m. there. "Really?" she said. It rained! 今天下雨。明天晴。'
    expect((await run('sentence_split_mapper', {}, text)).text.split('\n')).toEqual([
      'Dr. Smith met J. Doe at 3.14 p.m. there.',
      '"Really?" she said.',
      'It rained!',
      '今天下雨。',
      '明天晴。',
    ])
  })

  test('stopwords_filter and flagged_words_filter fall back on the lists that ship', async () => {
    const none = '/nowhere/at/all'
    const german = await run('stopwords_filter', { lang: 'de', stopwords_dir: none }, 'und der Hund ist auf dem Berg')
    expect(german.stats['stopwords_ratio']).toBeGreaterThan(0.5)
    expect((await run('flagged_words_filter', { flagged_words_dir: none }, 'a quiet day')).stats).toEqual({
      flagged_words_ratio: 0,
    })
  })

  test('what is not here is refused with the places where it can be put, and the way out', async () => {
    const failure = (name: string, params: Record<string, unknown>) =>
      run(name, params, 'text').then(
        () => '',
        (error: Error) => error.message,
      )
    expect(await failure('perplexity_filter', { lang: 'xx', model_dir: '/nowhere' })).toMatch(
      /there is no xx\.sp\.model in \/nowhere, .*data_juicer\/models; put it into one of them, .*model_dir or .*PAWL_MODELS/,
    )
    expect(await failure('token_num_filter', { hf_tokenizer: 'my/one', model_dir: '/nowhere' })).toMatch(
      /my\/one is not here: none of \/nowhere\/my\/one\/tokenizer\.json, .*models--my--one\/snapshots.*--substitute_tokenizer o200k_base/,
    )
    expect(await failure('words_num_filter', { tokenization: true, lang: 'xx' })).toMatch(
      /there is no xx\.sp\.model .*--substitute_tokenizer o200k_base/,
    )
  })

  test('tokenization counts tokens in place of words', async () => {
    const text = 'internationalization of lighthouses'
    const { stats } = await run(
      'words_num_filter',
      { tokenization: true, lang: 'xx', substitute_tokenizer: 'o200k_base' },
      text,
    )
    expect(stats['num_words']).toBeGreaterThan(3)
  })
})

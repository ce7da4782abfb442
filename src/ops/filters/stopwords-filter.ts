import { z } from 'zod'
import { defineFilter } from '../define.js'
import { bool, float, text } from '../params.js'
import { shippedStopwords } from '../text/shipped-lists.js'
import { textWords } from '../text/tokenized-words.js'
import { defaultListDir, identityOfList, listedShare, readWordLists } from '../text/word-lists.js'

/** Keeps samples by their share of stop words (Data-Juicer). */
export const stopwordsFilter = defineFilter({
  name: 'stopwords_filter',
  summary: 'Keeps samples whose share of stop words lies within bounds.',
  params: {
    lang: text('en').describe('Language of the list; `all` for the words of every language.'),
    tokenization: bool(false).describe('Count the tokens of a model instead of words; see docs/fidelity.md.'),
    min_ratio: float(0.3).describe('Smallest share that is kept.'),
    max_ratio: float(1).describe('Largest share that is kept.'),
    stopwords_dir: text(defaultListDir).describe(
      'Folder of JSON files whose name holds `stopwords`, each `{"en": ["word", …], …}`. Without any, lists that ship with Pawl serve.',
    ),
    use_words_aug: bool(false).describe('Count groups of neighbouring words as words, too.'),
    words_aug_group_sizes: z.array(z.number()).nullable().default([2]).describe('Sizes of such groups.'),
    words_aug_join_char: text('').describe('What joins the words of a group.'),
  },
  stats: ['stopwords_ratio'],
  thresholds: [{ stat: 'stopwords_ratio', min: 'min_ratio', max: 'max_ratio' }],
  example: {
    params: { lang: 'en', min_ratio: 0.3 },
    cases: [
      { sample: { text: 'the cat is on the mat' }, stats: { stopwords_ratio: 0.6666666666666666 }, kept: true },
      { sample: { text: 'lighthouse harbour ferry notebook' }, stats: { stopwords_ratio: 0 }, kept: false },
    ],
  },
  async create(params, { textKey, inRange }) {
    const folder = params.stopwords_dir ?? defaultListDir
    const options = {
      lists: readWordLists(folder, 'stopwords') ?? (await shippedStopwords()),
      lang: params.lang ?? 'en',
      words: await textWords(params.tokenization === true, 'refined'),
      groupSizes: params.use_words_aug === true ? (params.words_aug_group_sizes ?? []) : [],
      joinChar: params.words_aug_join_char ?? '',
    }
    return {
      identity: identityOfList(options),
      computeStats(sample) {
        sample.stats['stopwords_ratio'] ??= listedShare(sample, textKey, options)
      },
      keep: sample => inRange(sample.stats['stopwords_ratio'], params.min_ratio, params.max_ratio),
    }
  },
})

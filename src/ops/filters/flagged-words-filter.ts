import { z } from 'zod'
import { defineFilter } from '../define.js'
import { bool, float, text } from '../params.js'
import { shippedFlaggedWords } from '../text/shipped-lists.js'
import { textWords } from '../text/tokenized-words.js'
import { defaultListDir, identityOfList, listedShare, readWordLists } from '../text/word-lists.js'

/** Keeps samples by their share of flagged words (Data-Juicer). */
export const flaggedWordsFilter = defineFilter({
  name: 'flagged_words_filter',
  summary: 'Keeps samples whose share of flagged words lies within bounds.',
  params: {
    lang: text('en').describe('Language of the list; `all` for the words of every language.'),
    tokenization: bool(false).describe('Count the tokens of a model instead of words; see docs/fidelity.md.'),
    min_ratio: float(0).describe('Smallest share that is kept.'),
    max_ratio: float(0.045).describe('Largest share that is kept.'),
    flagged_words_dir: text(defaultListDir).describe(
      'Folder of JSON files whose name holds `flagged_words`, each `{"en": ["word", …], …}`. Without any, lists that ship with Pawl serve.',
    ),
    use_words_aug: bool(false).describe('Count groups of neighbouring words as words, too.'),
    words_aug_group_sizes: z.array(z.number()).nullable().default([2]).describe('Sizes of such groups.'),
    words_aug_join_char: text('').describe('What joins the words of a group.'),
  },
  stats: ['flagged_words_ratio'],
  thresholds: [{ stat: 'flagged_words_ratio', min: 'min_ratio', max: 'max_ratio' }],
  example: {
    params: { lang: 'en', max_ratio: 0.045 },
    cases: [
      { sample: { text: 'The ferry leaves the pier at nine.' }, stats: { flagged_words_ratio: 0 }, kept: true },
      { sample: { text: 'free nude photos' }, stats: { flagged_words_ratio: 0.3333333333333333 }, kept: false },
    ],
  },
  async create(params, { textKey, inRange }) {
    const folder = params.flagged_words_dir ?? defaultListDir
    const options = {
      lists: readWordLists(folder, 'flagged_words') ?? (await shippedFlaggedWords()),
      lang: params.lang ?? 'en',
      words: await textWords(params.tokenization === true, 'refined'),
      groupSizes: params.use_words_aug === true ? (params.words_aug_group_sizes ?? []) : [],
      joinChar: params.words_aug_join_char ?? '',
    }
    return {
      identity: identityOfList(options),
      computeStats(sample) {
        sample.stats['flagged_words_ratio'] ??= listedShare(sample, textKey, options)
      },
      keep: sample => inRange(sample.stats['flagged_words_ratio'], params.min_ratio, params.max_ratio),
    }
  },
})

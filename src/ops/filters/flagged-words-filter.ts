import { defineFilter } from '../define.js'
import { text } from '../params.js'
import { shippedFlaggedWords } from '../text/shipped-lists.js'
import { substituteForTokens } from '../text/tokenized-words.js'
import { defaultListDir, readWordLists, type WordList } from '../text/word-lists.js'
import { listedWordsFilter, listedWordsParams, refuseLanguage } from './listed-words.js'

function listsOf({ flagged_words_dir: folder }: { readonly flagged_words_dir: string | null }): WordList {
  return readWordLists(folder ?? defaultListDir, 'flagged_words') ?? shippedFlaggedWords()
}

/** Keeps samples by their share of flagged words (Data-Juicer). */
export const flaggedWordsFilter = defineFilter({
  name: 'flagged_words_filter',
  summary: 'Keeps samples whose share of flagged words lies within bounds.',
  params: {
    ...listedWordsParams(0, 0.045),
    flagged_words_dir: text(defaultListDir).describe(
      'Folder of JSON files whose name holds `flagged_words`, each `{"en": ["word", …], …}`. Without any, lists that ship with Pawl serve.',
    ),
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
  substitute: substituteForTokens,
  refuse: params => refuseLanguage(params.lang, listsOf(params)),
  create(params, context) {
    const lists = listsOf(params)
    return listedWordsFilter({ stat: 'flagged_words_ratio', lists }, params, context)
  },
})

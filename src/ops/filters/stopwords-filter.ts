import { defineFilter } from '../define.js'
import { text } from '../params.js'
import { shippedStopwords } from '../text/shipped-lists.js'
import { substituteForTokens } from '../text/tokenized-words.js'
import { defaultListDir, readWordLists, type WordList } from '../text/word-lists.js'
import { listedWordsFilter, listedWordsParams, refuseLanguage } from './listed-words.js'

function listsOf({ stopwords_dir: folder }: { readonly stopwords_dir: string | null }): WordList {
  return readWordLists(folder ?? defaultListDir, 'stopwords') ?? shippedStopwords()
}

/** Keeps samples by their share of stop words (Data-Juicer). */
export const stopwordsFilter = defineFilter({
  name: 'stopwords_filter',
  summary: 'Keeps samples whose share of stop words lies within bounds.',
  params: {
    ...listedWordsParams(0.3, 1),
    stopwords_dir: text(defaultListDir).describe(
      'Folder of JSON files whose name holds `stopwords`, each `{"en": ["word", …], …}`. Without any, lists that ship with Pawl serve.',
    ),
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
  substitute: substituteForTokens,
  refuse: params => refuseLanguage(params.lang, listsOf(params)),
  create(params, context) {
    const lists = listsOf(params)
    return listedWordsFilter({ stat: 'stopwords_ratio', lists }, params, context)
  },
})

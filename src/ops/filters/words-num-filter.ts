import { defineFilter } from '../define.js'
import { bool, int, text } from '../params.js'
import { sysMaxsize } from '../range.js'
import { substituteForTokens, textWords } from '../text/tokenized-words.js'

/** Keeps samples by their number of words (Data-Juicer). */
export const wordsNumFilter = defineFilter({
  name: 'words_num_filter',
  summary: 'Keeps samples whose number of words lies within bounds.',
  params: {
    lang: text('en').describe('Language of the samples; matters to tokenization only.'),
    tokenization: bool(false).describe('Count the tokens of a model instead of words; see docs/fidelity.md.'),
    min_num: int(10).describe('Fewest words that are kept.'),
    max_num: int(sysMaxsize).describe('Most words that are kept.'),
  },
  stats: ['num_words'],
  thresholds: [{ stat: 'num_words', min: 'min_num', max: 'max_num' }],
  example: {
    params: { min_num: 3, max_num: 10000 },
    cases: [
      { sample: { text: 'The tide is low.' }, stats: { num_words: 4 }, kept: true },
      { sample: { text: 'Low tide.' }, stats: { num_words: 2 }, kept: false },
    ],
  },
  substitute: substituteForTokens,
  async create({ tokenization, min_num, max_num }, { textKey, inRange }) {
    const words = await textWords(tokenization === true, 'written')
    return {
      computeStats(sample) {
        sample.stats['num_words'] ??= sample.derive(textKey, words).count
      },
      keep: sample => inRange(sample.stats['num_words'], min_num, max_num),
    }
  },
})

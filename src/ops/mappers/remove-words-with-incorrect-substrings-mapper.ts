import { z } from 'zod'
import { defineMapper } from '../define.js'
import { bool, text } from '../params.js'
import { filterWords, strippedRange } from '../text/filter-words.js'
import { substituteForTokens } from '../text/tokenized-words.js'

/** Removes words that hold one of some substrings, such as leftovers of addresses (Data-Juicer). */
export const removeWordsWithIncorrectSubstringsMapper = defineMapper({
  name: 'remove_words_with_incorrect_substrings_mapper',
  summary: 'Removes words that hold unwanted substrings.',
  params: {
    lang: text('en').describe('Language of the samples; matters to tokenization only.'),
    tokenization: bool(false).describe('Look at the tokens of a model instead of words; see docs/fidelity.md.'),
    substrings: z
      .union([z.array(z.string()), z.string()])
      .nullable()
      .default(null)
      .describe('Unwanted substrings; by default http, www, .com, href and //.'),
  },
  example: {
    params: { substrings: ['www', '.com'] },
    cases: [{ before: { text: 'see tides.com and the log' }, after: [{ text: 'see and the log' }] }],
  },
  substitute: substituteForTokens,
  async create({ tokenization, substrings }, { textKey }) {
    const unwanted = [...(substrings ?? ['http', 'www', '.com', 'href', '//'])]
    const isWanted = (word: string) => {
      const stripped = word.slice(...strippedRange(word, 0, word.length))
      return !unwanted.some(substring => stripped.includes(substring))
    }
    if (tokenization === true) {
      const { encode, decode } = await import('gpt-tokenizer')
      return {
        map(sample) {
          const tokens = encode(sample.text(textKey), { disallowedSpecial: new Set() }).map(token => decode([token]))
          const kept = tokens.filter(isWanted)
          if (kept.length < tokens.length) sample.setText(textKey, kept.join(''))
        },
      }
    }
    return {
      map(sample) {
        const before = sample.text(textKey)
        const isClean = !unwanted.some(substring => before.includes(substring))
        const keep = isClean ? () => true : (start: number, end: number) => isWanted(before.slice(start, end))
        sample.setText(textKey, filterWords(before, keep))
      },
    }
  },
})

import { countCodePoints } from '../../util/utf8.js'
import { defineMapper } from '../define.js'
import { int } from '../params.js'
import { sysMaxsize } from '../range.js'
import { filterWords, strippedRange } from '../text/filter-words.js'

/** Removes words that are too long or too short (Data-Juicer). */
export const removeLongWordsMapper = defineMapper({
  name: 'remove_long_words_mapper',
  summary: 'Removes words whose length lies outside bounds.',
  params: {
    min_len: int(1).describe('Shortest word that stays, in code points.'),
    max_len: int(sysMaxsize).describe(
      'Longest word that stays; longer ones are measured again without special characters at their ends.',
    ),
  },
  example: {
    params: { max_len: 12 },
    cases: [{ before: { text: 'read aGVsbG8gd29ybGQgaGVsbG8 now' }, after: [{ text: 'read now' }] }],
  },
  create({ min_len, max_len }, { textKey }) {
    const min = min_len ?? 1
    const max = max_len ?? sysMaxsize
    return {
      map(sample) {
        const text = sample.text(textKey)
        const lengthOf = (start: number, end: number) =>
          end - start < min || end - start > max ? countCodePoints(text.slice(start, end)) : end - start
        const keep = (start: number, end: number) => {
          const length = lengthOf(start, end)
          // Only a length in UTF-16 units that lies inside may still be too short in code points.
          if (length <= max) return length >= min && (min <= 1 || countCodePoints(text.slice(start, end)) >= min)
          const stripped = countCodePoints(text.slice(...strippedRange(text, start, end)))
          return stripped >= min && stripped <= max
        }
        sample.setText(textKey, filterWords(text, keep))
      },
    }
  },
})

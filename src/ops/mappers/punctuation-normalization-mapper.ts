import { defineMapper } from '../define.js'
import { CharMap } from '../text/map-chars.js'

/** Each character and what stands for it, as in Data-Juicer 1.6.1 (a full-width 1 becomes a quote there, too). */
const replacements: readonly (readonly [string, string])[] = [
  ['，', ','],
  ['。', '.'],
  ['、', ','],
  ['„', '"'],
  ['”', '"'],
  ['“', '"'],
  ['«', '"'],
  ['»', '"'],
  ['１', '"'],
  ['」', '"'],
  ['「', '"'],
  ['《', '"'],
  ['》', '"'],
  ['´', "'"],
  ['∶', ':'],
  ['：', ':'],
  ['？', '?'],
  ['！', '!'],
  ['（', '('],
  ['）', ')'],
  ['；', ';'],
  ['–', '-'],
  ['—', ' - '],
  ['．', '. '],
  ['～', '~'],
  ['’', "'"],
  ['…', '...'],
  ['━', '-'],
  ['〈', '<'],
  ['〉', '>'],
  ['【', '['],
  ['】', ']'],
  ['％', '%'],
  ['►', '-'],
]

/** Replaces Unicode punctuation by its ASCII counterpart (Data-Juicer). */
export const punctuationNormalizationMapper = defineMapper({
  name: 'punctuation_normalization_mapper',
  summary: 'Replaces Unicode punctuation by ASCII punctuation.',
  params: {},
  example: {
    params: {},
    cases: [{ before: { text: '“Low tide”，at nine。' }, after: [{ text: '"Low tide",at nine.' }] }],
  },
  create(_, { textKey }) {
    const map = new CharMap(replacements)
    return {
      map(sample) {
        const before = sample.text(textKey)
        const after = map.apply(before)
        if (after !== before) sample.setText(textKey, after)
      },
    }
  },
})

import { z } from 'zod'
import { jp2t, t2jp, t2s } from '../data/chinese.js'
import { defineMapper } from '../define.js'

/** Each mode of OpenCC as the two variants that opencc-js names. */
const variants = {
  s2t: ['cn', 't'],
  t2s: ['t', 'cn'],
  s2tw: ['cn', 'tw'],
  tw2s: ['tw', 'cn'],
  s2hk: ['cn', 'hk'],
  hk2s: ['hk', 'cn'],
  s2twp: ['cn', 'twp'],
  tw2sp: ['twp', 'cn'],
  t2tw: ['t', 'tw'],
  tw2t: ['tw', 't'],
  hk2t: ['hk', 't'],
  t2hk: ['t', 'hk'],
  t2jp: ['t', 'jp'],
  jp2t: ['jp', 't'],
} as const

type Mode = keyof typeof variants

/** Converts between simplified, traditional and regional Chinese (Data-Juicer, OpenCC). */
export const chineseConvertMapper = defineMapper({
  name: 'chinese_convert_mapper',
  summary: 'Converts between simplified and traditional Chinese.',
  params: {
    mode: z
      .enum(Object.keys(variants) as [Mode, ...Mode[]])
      .default('s2t')
      .describe('From what to what: s simplified, t traditional, tw Taiwan, hk Hong Kong, jp Japan; p with phrases.'),
  },
  example: {
    params: { mode: 't2s' },
    cases: [{ before: { text: '燈臺守在風雨裏讀書' }, after: [{ text: '灯台守在风雨里读书' }] }],
  },
  async create({ mode }, { textKey }) {
    const { Converter } = await import('opencc-js')
    const [from, to] = variants[mode]
    const convert = Converter({ from, to })
    const own = ownResults(mode, to === 'cn')
    // Compatibility ideographs stay as they are, and so do not go through the converter, which would unify them.
    const apart = new RegExp(`([\\u{f900}-\\u{faff}\\u{2f800}-\\u{2fa1f}${[...own.keys()].join('')}])`, 'u')
    const convertPiece = (piece: string, i: number) => (i % 2 === 0 ? convert(piece) : (own.get(piece) ?? piece))
    return {
      map(sample) {
        const text = sample.text(textKey)
        sample.setText(textKey, text.split(apart).map(convertPiece).join(''))
      },
    }
  },
})

/** Characters whose result is known better than by the dictionaries of opencc-js. */
function ownResults(mode: Mode, isToSimplified: boolean): Map<string, string> {
  const pairs = [...(mode === 'jp2t' ? jp2t : mode === 't2jp' ? t2jp : isToSimplified ? t2s : '')]
  return new Map(Array.from({ length: pairs.length / 2 }, (_, i) => [pairs[i * 2], pairs[i * 2 + 1]]))
}

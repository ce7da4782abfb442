import { z } from 'zod'
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
  async create({ mode }, { textKey }) {
    const { Converter } = await import('opencc-js')
    const [from, to] = variants[mode]
    const convert = Converter({ from, to })
    return { map: sample => sample.setText(textKey, convert(sample.text(textKey))) }
  },
})

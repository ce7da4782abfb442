import { z } from 'zod'
import { defineMapper } from '../define.js'
import { type ChineseMode, createConverter, modes } from '../text/chinese/converter.js'

/** Converts between simplified, traditional and regional Chinese (Data-Juicer, OpenCC). */
export const chineseConvertMapper = defineMapper({
  name: 'chinese_convert_mapper',
  version: '2',
  summary: 'Converts between simplified and traditional Chinese.',
  params: {
    mode: z
      .enum(Object.keys(modes) as [ChineseMode, ...ChineseMode[]])
      .default('s2t')
      .describe('From what to what: s simplified, t traditional, tw Taiwan, hk Hong Kong, jp Japan; p with phrases.'),
  },
  example: {
    params: { mode: 't2s' },
    cases: [{ before: { text: '燈臺守在風雨裏讀書' }, after: [{ text: '灯台守在风雨里读书' }] }],
  },
  async create({ mode }, { textKey }) {
    const convert = await createConverter(mode)
    return { map: sample => sample.setText(textKey, convert(sample.text(textKey))) }
  },
})

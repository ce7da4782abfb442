import type { ResolveContext } from '../../core/operator.js'
import { defineSelector } from '../define.js'
import { eachFrame, frameOf } from '../frames.js'
import { bool } from '../params.js'
import { selectedValue } from './field-key.js'
import { count, fieldKeyParam, ratio } from './params.js'
import { shareOf } from './share.js'
import { isTextKey, numberKey, sortKeyOf, statNumber } from './sort-key.js'
import { takeMost } from './take-ranks.js'

/** Keeps the samples with the greatest values in a field (Data-Juicer). */
export const topkSpecifiedFieldSelector = defineSelector({
  name: 'topk_specified_field_selector',
  summary: 'Keeps the samples with the greatest (or least) values in a field.',
  params: {
    field_key: fieldKeyParam,
    top_ratio: ratio.describe('Share of the samples that stay.'),
    topk: count.describe('Samples that stay; with `top_ratio`, the lesser of both.'),
    reverse: bool(true).describe('Keep the greatest values; false, the least.'),
  },
  example: {
    params: { field_key: 'score', topk: 2 },
    cases: [
      {
        samples: [
          { text: 'a', score: 3 },
          { text: 'b', score: 1 },
          { text: 'c', score: 3 },
          { text: 'd', score: 2 },
        ],
        kept: [0, 2],
      },
    ],
  },
  create({ field_key, top_ratio, topk, reverse }) {
    const isGreatest = reverse !== false
    const path = field_key ?? ''
    return {
      recordBytes: 1,
      signMany(sample, row) {
        if (path === '' || (!top_ratio && !topk)) return frameOf(row, new Uint8Array())
        const value = selectedValue(sample, path)
        return frameOf(row, path.includes('.') ? numberKey(statNumber(value, isGreatest)) : sortKeyOf(value, path))
      },
      async resolve(context) {
        const wanted = shareOf(top_ratio, topk, context.totalSamples)
        if (context.totalSamples <= 1 || path === '' || wanted === undefined) return
        await refuseMixture(context, path)
        await takeMost(context, wanted, isGreatest)
      },
    }
  },
})

/** Numbers and texts have no order among one another. */
async function refuseMixture(context: ResolveContext, path: string): Promise<void> {
  let [numbers, texts] = [0, 0]
  await eachFrame(context, ({ body }) => {
    if (isTextKey(body)) texts++
    else numbers++
  })
  if (numbers > 0 && texts > 0)
    throw new Error(
      `field "${path}" holds numbers in ${numbers} samples and texts in ${texts}, which have no order among one another`,
    )
}

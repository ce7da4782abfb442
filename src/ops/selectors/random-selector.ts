import { createHash } from 'node:crypto'
import { originToRow } from '../../core/origin.js'
import { defineSelector } from '../define.js'
import { frameOf } from '../frames.js'
import { count, ratio } from './params.js'
import { shareOf } from './share.js'
import { takeMost } from './take-ranks.js'

/** Keeps samples chosen by a keyed hash of where they come from (Data-Juicer chooses others, as many). */
export const randomSelector = defineSelector({
  name: 'random_selector',
  summary: 'Keeps a number or a share of the samples, chosen at random by the seed of the recipe.',
  usesSeed: true,
  params: {
    select_ratio: ratio.describe('Share of the samples that stay.'),
    select_num: count.describe('Samples that stay; with `select_ratio`, the lesser of both.'),
  },
  example: {
    params: { select_ratio: 1 },
    cases: [{ samples: [{ text: 'a' }, { text: 'b' }], kept: [0, 1] }],
  },
  create: ({ select_ratio, select_num }, { seed }) => ({
    recordBytes: 1,
    signMany(sample, row) {
      const { partition } = sample.origin
      const place = `random_selector\n${seed}\n${partition}\n${originToRow(sample.origin)}`
      return frameOf(row, createHash('md5').update(place).digest())
    },
    async resolve(context) {
      const total = context.totalSamples
      const isUnset = (select_ratio ?? null) === null && (select_num ?? null) === null
      if (total <= 1 || isUnset) return
      const wanted = shareOf(select_ratio, select_num, total)
      if (wanted === undefined) throw new Error('select_ratio: 0 selects nothing; name select_num, or leave it out')
      if (wanted > total) throw new Error(`select_num asks for ${wanted} samples where there are ${total}`)
      await takeMost(context, wanted, false)
    },
  }),
})

import { z } from 'zod'
import { fields } from '../../core/fields.js'
import { SampleError } from '../../core/sample-error.js'
import { defineFilter } from '../define.js'

/** Keeps samples that come from files of certain suffixes (Data-Juicer). */
export const suffixFilter = defineFilter({
  name: 'suffix_filter',
  summary: 'Keeps samples that come from files of certain suffixes.',
  params: {
    suffixes: z
      .union([z.string(), z.array(z.string())])
      .nullable()
      .default([])
      .describe('Wanted suffixes, dot and case as in `__dj__suffix__`; none keeps every sample.'),
  },
  stats: [],
  example: {
    params: { suffixes: ['.md', '.txt'] },
    cases: [
      { sample: { text: 'a', __dj__suffix__: '.md' }, stats: {}, kept: true },
      { sample: { text: 'b', __dj__suffix__: '.py' }, stats: {}, kept: false },
    ],
  },
  create({ suffixes }, { reversedRange }) {
    const wanted = typeof suffixes === 'string' ? [suffixes] : (suffixes ?? [])
    return {
      keep(sample) {
        if (wanted.length === 0) return true
        const suffix = sample.get([fields.suffix])
        if (suffix === undefined)
          throw new SampleError('bad_value', `the sample has no "${fields.suffix}"; set add_suffix in the recipe`)
        return wanted.includes(suffix as string) !== reversedRange
      },
    }
  },
})

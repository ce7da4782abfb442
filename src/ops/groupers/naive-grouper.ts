import { defineGrouper } from '../define.js'
import { groupSamples } from './group-samples.js'
import { editGroups, groupFrame } from './grouped-sample.js'

/** Makes one sample of all (Data-Juicer). */
export const naiveGrouper = defineGrouper({
  name: 'naive_grouper',
  summary: 'Makes one sample of all: each field becomes the list of its values.',
  params: {},
  example: {
    params: {},
    cases: [{ samples: [{ text: 'low' }, { text: 'tide' }], result: [{ text: ['low', 'tide'] }] }],
  },
  create: () => ({
    recordBytes: 1,
    signMany: (sample, row) => groupFrame(sample, row, ''),
    resolve: groupSamples,
    edit: editGroups,
  }),
})

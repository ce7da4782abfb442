import { expect, it } from 'vitest'
import type { MapResult } from '../../src/core/operator.js'
import { noCounts } from '../../src/core/records.js'
import { Sample } from '../../src/core/sample.js'
import type { JobSpec } from '../../src/core/work-unit.js'
import { RunningCounts } from '../../src/execution/contents/counts.js'
import { OperatorChain } from '../../src/execution/work/operator-chain.js'
import { createCatalog } from '../../src/ops/catalog.js'
import { defineMapper } from '../../src/ops/define.js'

/** What each text asks for; the three mappers below do the same in their three ways. */
function obey(sample: Sample): MapResult {
  const text = sample.text('text')
  if (text === 'throw') throw new Error('as asked')
  if (text === 'drop') return []
  if (text === 'double') return [sample.fork(0), sample.fork(1)]
  if (text === 'itself') return [sample]
  sample.setText('text', text === 'edit' ? 'edited' : text)
}

const ways = [
  defineMapper({ name: 'one_mapper', summary: 'One by one.', params: {}, create: () => ({ map: obey }) }),
  defineMapper({
    name: 'side_by_side_mapper',
    summary: 'Several at once.',
    params: {},
    create: () => ({ concurrency: 4, map: async sample => obey(sample) }),
  }),
  defineMapper({
    name: 'batch_mapper',
    summary: 'A batch at once.',
    params: {},
    create: () => ({ mapBatch: samples => samples.map(obey) }),
  }),
]

it.each(ways.map(({ name }) => name))(
  '%s: keeps the order, counts what changed and sets aside what failed',
  async name => {
    const use = { name, params: {}, version: '1', textKey: 'text', isBarrier: false, isDeterministic: true }
    const job = { operators: [use], textKeys: ['text'], seed: 1 } as unknown as JobSpec
    const chain = await OperatorChain.build(job, createCatalog(ways), { from: 0, to: 1 })
    const texts = ['edit', 'keep', 'throw', 'drop', 'double', 'itself', 'edit', 'keep']
    const counts = new RunningCounts(noCounts)
    const failed: string[] = []
    const left = await chain.run(
      texts.map(text => Sample.of({ text })),
      counts,
      { onFailure: sample => failed.push(sample.text('text')) },
    )
    expect(left.map(sample => sample.text('text'))).toEqual([
      'edited',
      'keep',
      'double',
      'double',
      'itself',
      'edited',
      'keep',
    ])
    expect(failed).toEqual(['throw'])
    expect(counts.freeze().operators).toMatchObject([{ in: 8, out: 7, changed: 4, quarantined: 1 }])
  },
)

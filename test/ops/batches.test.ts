import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../src/core/json.js'
import type { Operator } from '../../src/core/operator.js'
import { Sample } from '../../src/core/sample.js'
import { createCatalog } from '../../src/ops/catalog.js'
import { casesOf, mediaDir, recordedOperators } from './vector-cases.js'

const catalog = createCatalog()

describe('an operator gives a sample the same result whatever stands beside it', () => {
  for (const name of recordedOperators()) {
    test(name, async () => {
      const definition = await catalog.load(name)
      if (definition.kind !== 'mapper' && definition.kind !== 'filter') return
      const cases = casesOf(name).filter(one => one.assets === undefined && one.expect.error === undefined)
      const plain = cases.filter(one => Object.keys(one.params).length === 0)
      const params = plain.length > 0 ? {} : (cases[0]?.params ?? {})
      const values = (plain.length > 0 ? plain : cases.slice(0, 1)).flatMap(
        one => one.samples ?? [one.sample ?? { text: one.text ?? '' }],
      )
      if (values.length === 0) return
      const many = Array.from({ length: Math.max(1, Math.ceil(60 / values.length)) }, () => values).flat()
      const create = () => definition.create(definition.params.parse(params), { textKey: 'text', seed: 1, mediaDir })
      const alone: unknown[] = []
      for (const value of many) alone.push(...(await runBatch(await create(), [value])))
      for (const size of [7, 1000]) {
        const operator = await create()
        const together: unknown[] = []
        for (let from = 0; from < many.length; from += size)
          together.push(...(await runBatch(operator, many.slice(from, from + size))))
        expect(together).toEqual(alone)
      }
    })
  }
})

async function runBatch(
  operator: Operator,
  values: readonly { readonly [key: string]: JsonValue }[],
): Promise<unknown[]> {
  const samples = values.map((value, ordinal) =>
    Sample.of(value, { partition: 'p', ordinal, slice: 0, line: ordinal + 1, offset: -1 }),
  )
  const out: unknown[] = []
  const batch = operator.kind === 'mapper' && operator.mapBatch ? await operator.mapBatch(samples) : undefined
  for (const [i, sample] of samples.entries()) {
    if (operator.kind === 'filter') {
      await operator.computeStats?.(sample)
      out.push([operator.keep(sample), sample.stats])
    } else if (operator.kind === 'mapper') {
      const result = batch === undefined ? await operator.map?.(sample) : batch[i]
      out.push((result ?? [sample]).map(one => one.value))
    }
  }
  return out
}

import { expect, test } from 'vitest'
import { createCatalog } from '../../src/ops/catalog.js'

const { names, unsupported } = createCatalog()

test('no operator is both shipped and refused', () => {
  expect(names.filter(name => unsupported.has(name))).toEqual([])
})

test('what is said of a refused operator names it, and tells later from never', () => {
  expect(unsupported.get('text_action_filter')?.message).toBe(
    'text_action_filter of Data-Juicer is not part of Pawl: it needs a language model or a parser with trained weights; bring an operator of your own with custom_operator_paths, or leave it out with --skip_unsupported',
  )
})

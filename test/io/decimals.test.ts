import { expect, it } from 'vitest'
import { decimalToJson } from '../../src/io/columns/json-text.js'

it.each([
  [12340n, 3, '12.340'],
  [-5n, 2, '-0.05'],
  [0n, 1, '0.0'],
  [12n, -3, '12000'],
  [7n, 0, '7'],
])('%s of scale %s is %s', (unscaled, scale, text) => {
  expect(decimalToJson(unscaled, scale)).toBe(text)
})

it.each([2_147_483_647, -2_147_483_648, 1_001, Number.NaN])('a scale of damage (%s) is refused at once', scale => {
  const began = performance.now()
  expect(() => decimalToJson(3n, scale)).toThrow(RangeError)
  expect(performance.now() - began).toBeLessThan(1_000)
})

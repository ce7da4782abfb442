import fc from 'fast-check'
import { expect, it } from 'vitest'
import { arrayOf, fingerprintOf } from '../../src/util/hash.js'

it('a fingerprint of a long text is that of the text put together', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.array(fc.string(), { maxLength: 2 }), (items, salt) => {
      const long = arrayOf(() => items.map(item => JSON.stringify(item)))
      expect(fingerprintOf('a', long, ...salt)).toBe(fingerprintOf('a', JSON.stringify(items), ...salt))
    }),
  )
})

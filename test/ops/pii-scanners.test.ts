import fc from 'fast-check'
import { expect, test } from 'vitest'
import { masking } from '../../src/ops/text/pii/rules.js'

const textOf = (...pieces: string[]) =>
  fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map(chosen => chosen.join(''))

test('PEM blocks are masked where the pattern of Data-Juicer masks them', () => {
  const theirs = /-----BEGIN [A-Z0-9 -]+-----[\s\S]*?-----END [A-Z0-9 -]+-----/g
  const mask = masking('pem', '*')
  fc.assert(
    fc.property(textOf('-----BEGIN ', '-----END ', '-----', '-', 'A', 'KEY 1', ' ', '\n', 'x'), text => {
      expect(mask(text)).toBe(text.replace(theirs, '*'))
    }),
    { numRuns: 5000 },
  )
})

test('tokens are masked where the pattern of Data-Juicer masks them', () => {
  const theirs = /\beyJ[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+\b/g
  const mask = masking('jwt', '*')
  fc.assert(
    fc.property(textOf('eyJ', 'eyJ', '.', '.', '-', '=', '_', 'a', '1', ' '), text => {
      expect(mask(text)).toBe(text.replace(theirs, '*'))
    }),
    { numRuns: 5000 },
  )
})

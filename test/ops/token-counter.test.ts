import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodings, loadTokenCounter } from '../../src/ops/text/tokens/token-counter.js'

const texts = fc.array(
  fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      ' the',
      'Internationalization',
      '\n\n  ',
      "it's",
      ' 12345',
      '燈臺守',
      'Überraschung',
      '🏳️‍🌈',
      '...//',
    ),
  ),
  { maxLength: 30 },
)

describe('tokens are counted', () => {
  test.each(encodings)('as gpt-tokenizer encodes by %s', { timeout: 60_000 }, async encoding => {
    const { encode } = await import(`gpt-tokenizer/encoding/${encoding}`)
    const count = await loadTokenCounter(encoding)
    fc.assert(
      fc.property(texts, parts => {
        const text = parts.join('').replaceAll('\ufeff', '')
        expect(count(text)).toBe(encode(text, { disallowedSpecial: new Set() }).length)
      }),
    )
  })

  test('with the byte order marks that a token holds', async () => {
    const count = await loadTokenCounter('cl100k_base')
    // 3305 is the mark itself, 13 a full stop.
    expect(count('\ufeff.')).toBe(2)
  })

  test('the same when more distinct words than the cache holds have come by', async () => {
    const count = await loadTokenCounter('r50k_base')
    const words = Array.from({ length: 300_000 }, (_, i) =>
      i.toString(26).replace(/\d/g, digit => 'qrstuvwxyz'[Number(digit)]),
    )
    const before = words.slice(0, 500).map(count)
    for (const word of words) count(word)
    expect(words.slice(0, 500).map(count)).toEqual(before)
  })
})

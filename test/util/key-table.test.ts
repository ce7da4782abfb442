import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyTable } from '../../src/util/key-table.js'

const key = fc.tuple(
  fc.nat(3),
  fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.stringMatching(/^[0-9a-f]{0,16}$/),
  ),
)

describe('a table of keys', () => {
  it('numbers keys as they come, once each, and gives them back as they were', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 300 }), keys => {
        const table = new KeyTable()
        const numbers = new Map<string, number>()
        for (const [tag, text] of keys) {
          const name = `${tag}/${text}`
          expect(table.find(tag, text)).toBe(numbers.get(name) ?? -1)
          if (!numbers.has(name)) numbers.set(name, numbers.size)
          expect(table.add(tag, text)).toBe(numbers.get(name))
        }
        expect(table.size).toBe(numbers.size)
        for (const [name, number] of numbers) expect(`${table.tag(number)}/${table.text(number)}`).toBe(name)
      }),
    )
  })

  it('keeps apart digits and what they stand for, and takes keys longer than a piece of it', () => {
    const table = new KeyTable()
    const keys = ['6162', 'ab', '', 'x'.repeat(3 << 20), 'f'.repeat(3 << 20)]
    expect(keys.map(text => table.add(0, text))).toEqual([0, 1, 2, 3, 4])
    expect(keys.map((_, number) => table.text(number))).toEqual(keys)
    for (let n = 0; n < 200_000; n++) table.add(1, `key ${n}`)
    expect(table.find(1, 'key 123456')).toBe(5 + 123_456)
    expect(table.find(0, 'key 123456')).toBe(-1)
  })
})

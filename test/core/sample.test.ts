import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonValue } from '../../src/core/json.js'
import { nowhere } from '../../src/core/origin.js'
import { Sample } from '../../src/core/sample.js'
import { SampleError } from '../../src/core/sample-error.js'
import { SourceText } from '../../src/core/source-text.js'
import { JsonSyntaxError } from '../../src/util/json-scan.js'

function sampleOf(text: string): Sample {
  const bytes = Buffer.from(`##${text}##`)
  return Sample.scan(nowhere, new SourceText(bytes, 2, bytes.length - 2), 'text')
}

function textOf(sample: Sample): string {
  const { bytes, start, end } = sample.toJsonText()
  return bytes.toString('utf8', start, end)
}

test('leaves a record that nobody changes as the bytes it came in', () => {
  const source = ' { "text" : "a\\u0062c" , "big":12345678901234567890, "text": "last" }\r'
  const sample = sampleOf(source)
  expect(sample.text('text')).toBe('last')
  expect(sample.get('big')).toBe(Number('12345678901234567890'))
  sample.setText('text', 'last')
  expect(sample.revision).toBe(0)
  expect(textOf(sample)).toBe(source)
})

test('splices a change and leaves the source text of every other field', () => {
  const sample = sampleOf('{"n": 1.50, "text" : "old", "big":12345678901234567890,"x":1e400}\r')
  sample.setText('text', 'new "text"\n')
  expect(textOf(sample)).toBe('{"n": 1.50, "text" : "new \\"text\\"\\n", "big":12345678901234567890,"x":1e400}\r')
})

test('of a key that occurs twice the last is read and changed', () => {
  const sample = sampleOf('{"text":"first","a":1,"text":"second"}')
  expect(sample.text('text')).toBe('second')
  sample.setText('text', 'third')
  expect(textOf(sample)).toBe('{"text":"first","a":1,"text":"third"}')
})

test('finds and changes a key written with escapes', () => {
  const sample = sampleOf('{"te\\u0078t":"a","b":2}')
  expect(sample.text('text')).toBe('a')
  sample.setText('text', 'c')
  expect(textOf(sample)).toBe('{"te\\u0078t":"c","b":2}')
})

test('a dotted path names a nested field, a field of that very name goes first', () => {
  const nested = sampleOf('{"meta": {"lang":"de", "n":1.0}}')
  nested.set('meta.lang', 'fr')
  nested.set('meta.deep.er', [1])
  expect(textOf(nested)).toBe('{"meta": {"lang":"fr", "n":1.0,"deep":{"er":[1]}}}')
  const literal = sampleOf('{"meta.lang":"de","meta":{"lang":"x"}}')
  expect(literal.text('meta.lang')).toBe('de')
  literal.set('meta.lang', 'fr')
  expect(textOf(literal)).toBe('{"meta.lang":"fr","meta":{"lang":"x"}}')
})

test('removes fields with their commas, wherever they stand', () => {
  const remove = (text: string, ...paths: string[]) => {
    const sample = sampleOf(text)
    for (const path of paths) sample.remove(path)
    return textOf(sample)
  }
  expect(JSON.parse(remove('{"a":1, "b":2, "c":3}', 'a'))).toEqual({ b: 2, c: 3 })
  expect(JSON.parse(remove('{"a":1, "b":2, "c":3}', 'b'))).toEqual({ a: 1, c: 3 })
  expect(JSON.parse(remove('{"a":1, "b":2, "c":3}', 'c', 'a', 'b'))).toEqual({})
  expect(JSON.parse(remove('{"a":1,"a":2,"b":3}', 'a'))).toEqual({ b: 3 })
  expect(remove('{"a":1}', 'absent')).toBe('{"a":1}')
})

test('__proto__ is a field like any other', () => {
  const sample = sampleOf('{"__proto__":{"x":1},"text":"a"}')
  expect(sample.get('__proto__.x')).toBe(1)
  sample.set('__proto__.x', 2)
  sample.setText('text', 'b')
  expect(textOf(sample)).toBe('{"__proto__":{"x":2},"text":"b"}')
  const fresh = sampleOf('{"text":"a"}')
  fresh.set('__proto__', 'mine')
  expect(fresh.get('__proto__')).toBe('mine')
  expect(textOf(fresh)).toBe('{"text":"a","__proto__":"mine"}')
  expect(({} as { x?: number }).x).toBeUndefined()
})

test('a field set after the text was written is written too', () => {
  const sample = sampleOf('{"text":"a"}')
  sample.set('n', 1)
  expect(textOf(sample)).toBe('{"text":"a","n":1}')
  sample.set('m', 2)
  expect(sample.text('text')).toBe('a')
  expect(textOf(sample)).toBe('{"text":"a","n":1,"m":2}')
})

test('derives a value once a text, and again when the text changed', () => {
  let computed = 0
  const compute = (text: string) => {
    computed++
    return text.split(' ')
  }
  const words = { name: 'words', compute }
  const sample = sampleOf('{"text":"a b","other":"c"}')
  expect(sample.derive('text', words)).toEqual(['a', 'b'])
  expect(sample.derive('text', words)).toEqual(['a', 'b'])
  expect(computed).toBe(1)
  expect(sample.derive('other', words)).toEqual(['c'])
  sample.setText('text', 'x y z')
  expect(sample.derive('text', words)).toEqual(['x', 'y', 'z'])
})

test('a missing field and one that is no text are said apart', () => {
  expect(() => sampleOf('{"a":1}').text('text')).toThrow(/is missing/)
  expect(() => sampleOf('{"text":null}').text('text')).toThrow(/holds null/)
  expect(() => sampleOf('{"text":["a"]}').text('text')).toThrow(SampleError)
})

test('what is no single JSON object is refused with its place', () => {
  for (const text of ['', '[]', '"a"', '{"a":1} x', '{"a":}', '{"a":1', '{"a":"\u0000"}'])
    expect(() => sampleOf(text), text).toThrow(JsonSyntaxError)
})

const key = fc.constantFrom('a', 'b', 'c', 'a.b', 'text', '__proto__', 'é', '')
/** A value as JSON keeps it: -0 is written as 0. */
const value = fc.jsonValue({ maxDepth: 2 }).map(made => JSON.parse(JSON.stringify(made)) as JsonValue)
/** An object's JSON text with white space, escaped and repeated keys. */
const objectText: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      key,
      fc.letrec<{ inner: string }>(tie => ({
        inner: fc.oneof(
          { maxDepth: 2 },
          value.map(each => JSON.stringify(each)),
          fc.constantFrom('1.0', '12345678901234567890', '"\\u0061"'),
          fc.array(fc.tuple(key, tie('inner')), { maxLength: 3 }).map(join),
        ),
      })).inner,
    ),
    { maxLength: 5 },
  )
  .map(join)

function join(members: [string, string][]): string {
  return `{${members.map(([name, text], index) => `${index % 2 ? ' ' : ''}${escapeSome(JSON.stringify(name))} :${text}`).join(' ,')} }`
}

function escapeSome(quoted: string): string {
  return quoted.replace('b', '\\u0062')
}

type Step = { readonly kind: 'set' | 'remove' | 'write'; readonly keys: string[]; readonly value: JsonValue }
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('set', 'set', 'remove', 'write'),
  keys: fc.array(key, { minLength: 1, maxLength: 3 }),
  value,
})

test('any sequence of edits writes the value that the sample shows', () => {
  const property = fc.property(objectText, fc.array(step, { maxLength: 6 }), (text, steps) => {
    const sample = sampleOf(text)
    for (const { kind, keys, value } of steps) {
      if (kind === 'set') sample.set(keys, value)
      else if (kind === 'remove') sample.remove(keys)
      else sample.toJsonText()
      const written = JSON.parse(textOf(sample.copy()))
      expect(written).toEqual(JSON.parse(JSON.stringify(sample.value)))
      if (kind === 'set') expect(sample.get(keys)).toEqual(value)
      if (kind === 'remove') expect(sample.get(keys)).toBeUndefined()
    }
  })
  fc.assert(property, { numRuns: 5000 })
})

test('counts code points in the source as in the decoded text, however it is escaped', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '\\n',
      '\\"',
      '\\\\',
      '\\u00e9',
      '\\ud83d\\ude00',
      '\\ud83d',
      '\\ude00',
      '\\uD83D\\uDE00',
      'ü',
      '😀',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      const source = `"${pieces.map(part => (part.startsWith('\\') ? part : JSON.stringify(part).slice(1, -1))).join('')}"`
      const sample = sampleOf(`{"text":${source}}`)
      expect(sample.lengthInSource('text')).toBe([...(JSON.parse(source) as string)].length)
    }),
  )
})

test('statistics that came with the record are there, also under a key with escapes, unless set anew', () => {
  expect(sampleOf('{"text":"a","__dj__stats__":{"text_len":7}}').stats).toEqual({ text_len: 7 })
  expect(sampleOf('{"text":"a","\\u005f_dj__stats__":{"text_len":7}}').stats).toEqual({ text_len: 7 })
  expect(sampleOf('{"text":"a","meta":{"__dj__stats__":{"text_len":7}}}').stats).toEqual({})
  const edited = sampleOf('{"text":"a"}')
  edited.set('__dj__stats__', { text_len: 9 })
  expect(edited.stats).toEqual({ text_len: 9 })
  const changed = sampleOf('{"text":"a","__dj__stats__":{"text_len":7}}')
  changed.setText('text', 'b')
  changed.toJsonText()
  expect(changed.stats).toEqual({ text_len: 7 })
})

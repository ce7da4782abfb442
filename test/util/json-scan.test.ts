import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyEquals, scanMembers } from '../../src/util/json-members.js'
import { JsonSyntaxError, skipSpace, skipValue } from '../../src/util/json-scan.js'
import { nullNonFinite, parseJson, stringifyJson } from '../../src/util/json-value.js'

/** A JSON text and what a hostile writer may make of it. */
const text = fc
  .tuple(
    fc.oneof(
      fc.json(),
      fc.json({ stringUnit: 'binary' }),
      fc.constantFrom(
        '-0',
        '1e400',
        'NaN',
        '[-Infinity, {"NaN": NaN}]',
        'Infinity1',
        '-NaN',
        '+Infinity',
        'nan',
        '"\\ud800"',
        '[1,,2]',
        '{"a":1,}',
        '01',
        '+1',
        '.5',
        '1.',
        '1e',
        '\u00a01',
        '\ufeff1',
        '"\u2028"',
        'tru',
        'nul',
        '',
      ),
    ),
    fc.array(
      fc.record({
        at: fc.nat(),
        remove: fc.integer({ min: 0, max: 2 }),
        insert: fc.oneof(
          fc.constantFrom(
            '',
            '"',
            '\\',
            '{',
            '}',
            '[',
            ']',
            ',',
            ':',
            ' ',
            '\n',
            '\t',
            '\0',
            '\x1f',
            '\x7f',
            '-',
            '+',
            '.',
            'e',
            '0',
            '9',
            'u',
            '\\u12',
            'true',
            'null',
            '/*',
            'NaN',
            'Infinity',
            '-Infinity',
            '\u00a0',
            '\ufeff',
          ),
          fc.string({ maxLength: 2 }),
        ),
      }),
      { maxLength: 3 },
    ),
  )
  .map(([json, changes]) => {
    let changed = json
    for (const { at, remove, insert } of changes) {
      const place = at % (changed.length + 1)
      changed = changed.slice(0, place) + insert + changed.slice(place + remove)
    }
    return Buffer.from(changed).toString()
  })

function accepts(check: () => void, error: new (...args: never[]) => Error): boolean {
  try {
    check()
    return true
  } catch (caught) {
    if (!(caught instanceof error)) throw caught
    return false
  }
}

/** Bytes around the text would be read by a scan that runs too far. */
function padded(json: string): { bytes: Buffer; start: number; end: number } {
  const bytes = Buffer.from(`"0${json}0"}]`)
  return { bytes, start: 2, end: bytes.length - 4 }
}

test('skipValue accepts exactly the texts that JSON.parse accepts, and those that Python writes with NaN and infinities', () => {
  const property = fc.property(text, json => {
    const { bytes, start, end } = padded(json)
    const scan = () => {
      const after = skipValue(bytes, skipSpace(bytes, start, end), end)
      if (skipSpace(bytes, after, end) !== end) throw new JsonSyntaxError(after, 'more')
    }
    expect(accepts(scan, JsonSyntaxError)).toBe(accepts(() => parseJson(json), SyntaxError))
  })
  fc.assert(property, { numRuns: 20_000 })
})

test('scanMembers finds the members that a full parse finds, in order', () => {
  const property = fc.property(text, json => {
    const { bytes, start, end } = padded(`{"first":${json},"__proto__":[1]}`)
    const inner = bytes.toString('utf8', start, end)
    const members: [string, unknown][] = []
    const scan = () => {
      members.length = 0
      const after = scanMembers(bytes, { start, end }, ({ keyStart, keyEnd, valueStart, valueEnd }) => {
        members.push([
          JSON.parse(bytes.toString('utf8', keyStart, keyEnd)),
          parseJson(bytes.toString('utf8', valueStart, valueEnd)),
        ])
      })
      if (after !== end) throw new JsonSyntaxError(after, 'more')
    }
    const isAccepted = accepts(scan, JsonSyntaxError)
    expect(isAccepted).toBe(accepts(() => parseJson(inner), SyntaxError))
    if (!isAccepted) return
    const last = new Map(members)
    const parsed = parseJson(inner) as object
    expect([...last.keys()].sort()).toEqual(Object.keys(parsed).sort())
    for (const [key, value] of Object.entries(parsed)) expect(last.get(key)).toEqual(value)
  })
  fc.assert(property, { numRuns: 20_000 })
})

test('a syntax error says where it is, and at or past the end where the text breaks off', () => {
  const property = fc.property(fc.json(), fc.nat(), (json, cut) => {
    const whole = Buffer.from(json)
    const end = cut % whole.length
    try {
      skipValue(whole, skipSpace(whole, 0, end), end)
    } catch (error) {
      expect((error as JsonSyntaxError).offset).toBe(end)
    }
  })
  fc.assert(property, { numRuns: 5000 })
})

test('nesting of any depth costs no call stack', () => {
  const deep = Buffer.from(`${'[{"a":'.repeat(200_000)}1${'}]'.repeat(200_000)}`)
  expect(skipValue(deep, 0, deep.length)).toBe(deep.length)
  expect(() => skipValue(deep, 0, deep.length - 1)).toThrow(JsonSyntaxError)
})

test('a key is recognised however it is escaped', () => {
  const spell = (key: string, escapes: readonly boolean[]) =>
    [...key]
      .map((character, index) => {
        const code = character.codePointAt(0) as number
        const mustEscape = code < 0x20 || character === '"' || character === '\\' || code > 0xffff
        if (!mustEscape && !escapes[index % escapes.length]) return character
        return JSON.stringify(character).slice(1, -1) === character && code <= 0xffff
          ? `\\u${code.toString(16).padStart(4, '0')}`
          : JSON.stringify(character).slice(1, -1)
      })
      .join('')
  const key = fc.string({ unit: 'binary', minLength: 0, maxLength: 6 }).map(value => Buffer.from(value).toString())
  const property = fc.property(key, key, fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), (a, b, escapes) => {
    const quoted = Buffer.from(`"${spell(a, escapes)}"`)
    const member = { keyStart: 0, keyEnd: quoted.length }
    expect(keyEquals(quoted, member, Buffer.from(a))).toBe(true)
    expect(keyEquals(quoted, member, Buffer.from(b))).toBe(a === b)
  })
  fc.assert(property, { numRuns: 5000 })
})

test('NaN and the infinities go through parsing and writing, beside strings that only look like them', () => {
  const text = '{"a":[NaN,-Infinity,{"NaN":Infinity}],"b":"NaN \\" -Infinity","pawl-number-":1e400,"c":-0}'
  const value = parseJson(text) as Record<string, unknown>
  expect(value).toEqual({
    a: [Number.NaN, Number.NEGATIVE_INFINITY, { NaN: Number.POSITIVE_INFINITY }],
    b: 'NaN " -Infinity',
    'pawl-number-': Number.POSITIVE_INFINITY,
    c: -0,
  })
  expect(parseJson(stringifyJson(value))).toEqual({ ...value, c: 0 })
  const { bytes, count } = nullNonFinite(Buffer.from(text))
  expect(count).toBe(3)
  expect(bytes.toString()).toBe('{"a":[null,null,{"NaN":null}],"b":"NaN \\" -Infinity","pawl-number-":1e400,"c":-0}')
})

test('nothing else of Python or JSON5 is taken for a number', () => {
  for (const text of [
    'nan',
    '-NaN',
    '+Infinity',
    'inf',
    'Infinity1',
    '1Infinity',
    'NaNs',
    'None',
    'True',
    '.5',
    '0x1',
    "'a'",
  ]) {
    expect(() => parseJson(`[${text}]`), text).toThrow(SyntaxError)
    const bytes = Buffer.from(`[${text}]`)
    expect(() => skipValue(bytes, 0, bytes.length), text).toThrow(JsonSyntaxError)
  }
})

import { isJsonObject, type JsonValue } from '../core/json.js'
import { charSets } from './text/char-set.js'
import { strip } from './text/python-text.js'

/** `a == b` of Python, for values of JSON: true is 1, and 1 is 1.0. */
export function isEqual(a: JsonValue, b: JsonValue): boolean {
  const isNumeric = (value: JsonValue) => typeof value === 'number' || typeof value === 'boolean'
  if (isNumeric(a) && isNumeric(b)) return Number(a) === Number(b)
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => isEqual(one, b[i]))
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && isEqual(a[key], b[key]))
  }
  return a === b
}

/** `bool(value)` of Python. */
export function isTruthy(value: JsonValue | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (isJsonObject(value)) return Object.keys(value).length > 0
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== ''
}

/**
 * `element in container` of Python.
 *
 * @throws {TypeError} where the container holds nothing, or is text and the element is not
 */
export function isIn(element: JsonValue, container: JsonValue): boolean {
  if (Array.isArray(container)) return container.some(one => isEqual(one, element))
  if (isJsonObject(container)) return typeof element === 'string' && Object.hasOwn(container, element)
  if (typeof container === 'string' && typeof element === 'string') return container.includes(element)
  throw new TypeError(`cannot look for ${JSON.stringify(element)} in ${JSON.stringify(container)}`)
}

/**
 * Below 0, 0 or above 0 as `a` sorts before, with or after `b` in Python.
 *
 * @throws {TypeError} where the two have no order
 */
export function compare(a: JsonValue, b: JsonValue): number {
  const isNumeric = (value: JsonValue) => typeof value === 'number' || typeof value === 'boolean'
  if (isNumeric(a) && isNumeric(b))
    return Number(a) < Number(b) ? -1 : Number(a) > Number(b) ? 1 : Number(a) === Number(b) ? 0 : Number.NaN
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) if (!isEqual(a[i], b[i])) return compare(a[i], b[i])
    return a.length - b.length
  }
  throw new TypeError(`no order between ${JSON.stringify(a)} and ${JSON.stringify(b)}`)
}

/** Orders texts by code points. */
export function compareText(a: string, b: string): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue
    const x = a.codePointAt(i)!
    const y = b.codePointAt(i)!
    const isHigh = (c: number) => c >= 0xd800 && c <= 0xffff
    return isHigh(x) && isHigh(y) ? a.charCodeAt(i) - b.charCodeAt(i) : x - y
  }
  return a.length - b.length
}

/**
 * `float(value)` of Python; undefined where a text spells no number.
 *
 * @throws {TypeError} for lists and objects
 */
export function toFloat(value: JsonValue): number | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string') throw new TypeError(`${JSON.stringify(value)} is no number`)
  const text = asciiDigits(strip(value))
  if (/^[+-]?(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?$/.test(text))
    return Number(text.replaceAll('_', ''))
  const special = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(text)
  if (special === null) return undefined
  return special[2] === undefined ? Number.NaN : special[1] === '-' ? -Infinity : Infinity
}

/** `int(value)` of Python; undefined where a text spells no integer. */
export function toInt(value: number | boolean | string): number | undefined {
  if (typeof value !== 'string') return Math.trunc(Number(value))
  const text = asciiDigits(strip(value))
  return /^[+-]?\d(?:_?\d)*$/.test(text) ? Number(text.replaceAll('_', '')) : undefined
}

/** Turns decimal digits of every script into ASCII ones; each script has ten in a row. */
function asciiDigits(text: string): string {
  const digits = charSets.reDigit()
  return [...text]
    .map(c => {
      const point = c.codePointAt(0)!
      if (point < 0x80 || !digits.has(point)) return c
      for (let i = 0; i < digits.ranges.length; i += 2)
        if (point >= digits.ranges[i] && point <= digits.ranges[i + 1]) return String((point - digits.ranges[i]) % 10)
      return c
    })
    .join('')
}

/** `str(value)` of Python. A number that JSON spells without a fraction counts as an integer. */
export function pythonText(value: JsonValue): string {
  return typeof value === 'string' ? value : pythonRepr(value)
}

function pythonRepr(value: JsonValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(pythonRepr).join(', ')}]`
  return `{${Object.entries(value)
    .map(([key, inner]) => `${quoted(key)}: ${pythonRepr(inner)}`)
    .join(', ')}}`
}

/** Numbers below 0.0001 are written with an exponent of at least two digits. */
function numberText(value: number): string {
  if (value === 0 || Math.abs(value) >= 1e-4) return String(value)
  return value.toExponential().replace(/-(\d)$/, '-0$1')
}

function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const inner = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')
  return mark + (mark === "'" ? inner.replaceAll("'", "\\'") : inner) + mark
}

/** `json.dumps(value, ensure_ascii=False)` of Python: a blank behind each comma and colon. */
export function pythonJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(pythonJson).join(', ')}]`
  if (typeof value === 'number') return numberText(value)
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${pythonJson(inner)}`)
  return `{${members.join(', ')}}`
}

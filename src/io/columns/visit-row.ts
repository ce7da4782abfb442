import { scanMembers } from '../../util/json-members.js'
import { type Span, skipSpace } from '../../util/json-scan.js'
import { decodeUtf8 } from '../../util/utf8.js'
import { survivesAsDouble } from './decimal-text.js'
import { readSmallInt } from './small-int.js'

/**
 * Visits the fields of a row with the place of their values. Of a key that occurs twice both are visited,
 * the last of which counts.
 *
 * @throws {JsonSyntaxError} where the row is no JSON object
 */
export function visitRow(
  bytes: Buffer,
  { start, end }: Readonly<Span>,
  visit: (name: string, valueStart: number, valueEnd: number) => void,
): void {
  scanMembers(bytes, { start: skipSpace(bytes, start, end), end }, ({ keyStart, keyEnd, valueStart, valueEnd }) => {
    visit(decodeString(bytes, keyStart, keyEnd), valueStart, valueEnd)
  })
}

/** Decodes the JSON string with its quotes in a range. */
export function decodeString(bytes: Buffer, start: number, end: number): string {
  const text = decodeUtf8(bytes, start, end)
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1)
}

/** What a JSON value is for a column. */
export type ValueKind =
  | 'null'
  | 'bool'
  | 'int'
  | 'wide_int'
  | 'double'
  | 'nan'
  | 'exact'
  | 'text'
  | 'list'
  | 'object'
  | 'other'

/**
 * `int` is exact as a double too, `wide_int` only as an int64. `exact` is a number whose digits a double does not
 * give back, `nan` one that is not finite. `other` needs its JSON text to survive: numbers beyond all doubles,
 * strings with half a surrogate pair.
 */
export function kindOfValue(bytes: Buffer, start: number, end: number): ValueKind {
  switch (bytes[start]) {
    case 0x22:
      return isWellFormed(bytes, start, end) ? 'text' : 'other'
    case 0x74:
    case 0x66:
      return 'bool'
    case 0x6e:
      return 'null'
    case 0x5b:
      return 'list'
    case 0x7b:
      return 'object'
    default:
      return readSmallInt(bytes, start, end) === undefined ? kindOfNumber(decodeUtf8(bytes, start, end)) : 'int'
  }
}

function kindOfNumber(text: string): ValueKind {
  if (/[NI]/.test(text)) return 'nan'
  if (/^-?\d{1,19}$/.test(text) && text !== '-0') {
    const value = BigInt(text)
    if (BigInt.asIntN(64, value) === value) return Number.isSafeInteger(Number(value)) ? 'int' : 'wide_int'
  }
  const value = Number(text)
  if (!Number.isFinite(value)) return 'other'
  return survivesAsDouble(text, value) ? 'double' : 'exact'
}

function isWellFormed(bytes: Buffer, start: number, end: number): boolean {
  const value = bytes.subarray(start, end)
  // Half a pair can only be written as an escape.
  if (value.indexOf('\\u') < 0) return true
  return !/\p{Surrogate}/u.test(JSON.parse(decodeUtf8(bytes, start, end)) as string)
}

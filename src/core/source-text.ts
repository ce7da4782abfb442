import { keyEquals, type MemberSpan, scanMembers } from '../util/json-members.js'
import { JsonSyntaxError, type Span, skipSpace } from '../util/json-scan.js'

/** Where the field that a scan looked for stands, and whether it saw a reserved key; valid until the next scan. */
const found = { start: 0, end: 0, hasReservedKey: false }
let wantedKey: Buffer = Buffer.alloc(0)
let scannedBytes: Buffer = wantedKey

const noteField = (member: MemberSpan): void => {
  // Keys such as `__dj__stats__` begin with an underscore, which JSON can also spell as an escape.
  const first = scannedBytes[member.keyStart + 1]
  if (first === 0x5f || first === 0x5c) found.hasReservedKey = true
  if (!keyEquals(scannedBytes, member, wantedKey)) return
  found.start = member.valueStart
  found.end = member.valueEnd
}

const keyBytes = new Map<string, Buffer>()

/**
 * The JSON text of one record: an object in a range of bytes. It remembers where the value stands of the one
 * field that was asked for last; of a key that occurs twice the last counts, as in `JSON.parse`.
 */
export class SourceText {
  #key: string | undefined
  #valueStart = -1
  #valueEnd = -1
  #hasReservedKey = true

  constructor(
    readonly bytes: Buffer,
    readonly start: number,
    readonly end: number,
  ) {}

  /**
   * Makes sure that the range holds one JSON object, and finds the field at `key` in the same pass.
   *
   * @throws {JsonSyntaxError} where it holds anything else
   */
  scan(key: string): this {
    const rest = skipSpace(this.bytes, this.#find(key), this.end)
    if (rest < this.end) throw new JsonSyntaxError(rest, 'expected nothing after the object')
    return this
  }

  /** Where the value of a field stands, if the record has it. */
  spanOf(key: string): Span | undefined {
    if (this.#key !== key) this.#find(key)
    return this.#valueStart < 0 ? undefined : { start: this.#valueStart, end: this.#valueEnd }
  }

  /**
   * False where the record certainly has none of the fields that Data-Juicer keeps to itself, of which `key` is one, not
   * even by a key that is written with escapes. Any scan so far tells.
   */
  mayHoldReserved(key: string): boolean {
    if (this.#key === undefined) this.#find(key)
    return this.#hasReservedKey
  }

  /** The text with another value for the field asked for last; undefined where that is not `key`, or it is not there. */
  withField(key: string, valueJson: string): Buffer | undefined {
    if (this.#key !== key || this.#valueStart < 0) return undefined
    const { bytes, start, end } = this
    return Buffer.concat([
      bytes.subarray(start, this.#valueStart),
      Buffer.from(valueJson),
      bytes.subarray(this.#valueEnd, end),
    ])
  }

  /** Scans for a field and returns the offset after the object. */
  #find(key: string): number {
    let wanted = keyBytes.get(key)
    if (wanted === undefined) {
      wanted = Buffer.from(key)
      keyBytes.set(key, wanted)
    }
    wantedKey = wanted
    scannedBytes = this.bytes
    found.start = -1
    found.hasReservedKey = false
    const { bytes, end } = this
    const after = scanMembers(bytes, { start: skipSpace(bytes, this.start, end), end }, noteField)
    this.#key = key
    this.#valueStart = found.start
    this.#valueEnd = found.end
    this.#hasReservedKey = found.hasReservedKey
    return after
  }
}

import { Md5 } from '../../util/md5.js'
import { countCodePoints } from '../../util/utf8.js'
import { CharSet, charSets } from './char-set.js'
import { lower, strip } from './python-text.js'

/** Which lines are never compared, and what of the others is left out of account. */
export interface LineRules {
  readonly lowercase: boolean
  readonly ignoresSpecial: boolean
  readonly minLength: number
  readonly skipsBrackets: boolean
  readonly skipsHeaders: boolean
  readonly skipsLatex: boolean
  readonly skipsTags: boolean
}

export const lineHashBytes = 16

const md5 = new Md5()

/** Hashes lines by the rules. */
export class LineHasher {
  readonly #rules: LineRules

  constructor(rules: LineRules) {
    this.#rules = rules
  }

  /**
   * Writes the MD5 of a line to `into[offset, offset + 16)`, stripped and reduced as the rules say; false for a line that
   * is never compared.
   */
  hash(line: string, into: Buffer, offset: number): boolean {
    if (isSkipped(strip(line), this.#rules)) return false
    let text = this.#rules.lowercase ? lower(line) : line
    if (this.#rules.ignoresSpecial) text = withoutSpecial(text)
    const bytes = Buffer.from(strip(text))
    md5.digest(bytes, 0, bytes.length)
    into.writeInt32LE(md5.a, offset)
    into.writeInt32LE(md5.b, offset + 4)
    into.writeInt32LE(md5.c, offset + 8)
    into.writeInt32LE(md5.d, offset + 12)
    return true
  }
}

function isSkipped(line: string, rules: LineRules): boolean {
  if (countCodePoints(line) < rules.minLength) return true
  if (rules.skipsBrackets && /^[{}[\]();]*$/.test(line)) return true
  if (rules.skipsHeaders && line.startsWith('#')) return true
  if (rules.skipsLatex && (line.startsWith('\\begin{') || line.startsWith('\\end{'))) return true
  return rules.skipsTags && isTag(line)
}

/** A stripped line of one tag, closed at its end or not at all. Letters are those that Python takes for a to z in any case. */
function isTag(line: string): boolean {
  if (!/^<\/?[a-zA-Z\u0130\u0131\u017f\u212a]/.test(line)) return false
  const close = line.indexOf('>')
  return close < 0 || close === line.length - 1
}

let special: Uint8Array | undefined

/** Without white space, digits and ASCII punctuation, as the module `re` has them. */
function withoutSpecial(text: string): string {
  special ??= buildSpecial()
  const digits = charSets.reDigit()
  let out = ''
  for (const character of text) {
    const point = character.codePointAt(0)!
    if (point > 0xffff ? !digits.has(point) : special[point] === 0) out += character
  }
  return out
}

function buildSpecial(): Uint8Array {
  const table = charSets.reSpace().bmp.slice()
  const digits = charSets.reDigit().bmp
  const punctuation = CharSet.of('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~').bmp
  for (let c = 0; c < 0x10000; c++) table[c] |= digits[c] | punctuation[c]
  return table
}

import type { Derivation } from '../../core/sample.js'
import { readUnits } from '../../util/utf16.js'
import { charSets } from './char-set.js'

/** How many code points a text has, and how many of them are of the classes that filters measure. */
export interface CharCounts {
  readonly codePoints: number
  readonly alnum: number
  readonly special: number
}

const isAlnum = 1
const isSpecial = 1 << 8
const isHighSurrogate = 1 << 16

/** By UTF-16 unit: what it adds to a sum whose lowest three bytes count the three kinds. */
let weights: Uint32Array | undefined

function buildWeights(): Uint32Array {
  const table = new Uint32Array(0x10000)
  const alnum = charSets.pythonAlnum().bmp
  const special = charSets.special().bmp
  for (let c = 0; c < 0x10000; c++)
    table[c] = alnum[c] * isAlnum + special[c] * isSpecial + ((c & 0xfc00) === 0xd800 ? isHighSurrogate : 0)
  return table
}

/** As many units as one sum can count without a byte of it overflowing. */
const stride = 255

/** The counts of a text, taken in one pass for all filters that want one of them. */
export const charCounts: Derivation<CharCounts> = {
  name: 'character counts',
  compute(text) {
    weights ??= buildWeights()
    const table = weights
    const units = readUnits(text)
    const { length } = text
    let alnum = 0
    let special = 0
    let surrogates = 0
    for (let from = 0; from < length; from += stride) {
      const end = Math.min(length, from + stride)
      let sum = 0
      for (let i = from; i < end; i++) sum += table[units[i]]
      alnum += sum & 0xff
      special += (sum >> 8) & 0xff
      surrogates += sum >> 16
    }
    if (surrogates === 0) return { codePoints: length, alnum, special }
    return addPairs(units, length, { codePoints: length, alnum, special })
  },
}

/** Takes characters beyond the basic plane into account, which the first pass left out. */
function addPairs(units: Uint16Array, length: number, counts: CharCounts): CharCounts {
  let { codePoints, alnum, special } = counts
  for (let i = 0; i < length - 1; i++) {
    if ((units[i] & 0xfc00) !== 0xd800 || (units[i + 1] & 0xfc00) !== 0xdc00) continue
    const point = 0x10000 + ((units[i] & 0x3ff) << 10) + (units[++i] & 0x3ff)
    codePoints--
    if (charSets.pythonAlnum().has(point)) alnum++
    if (charSets.special().has(point)) special++
  }
  return { codePoints, alnum, special }
}

import type { Derivation } from '../../core/sample.js'
import { charSets } from './char-set.js'

/** How many code points a text has, and how many of them are of the classes that filters measure. */
export interface CharCounts {
  readonly codePoints: number
  readonly alnum: number
  readonly special: number
}

const isAlnum = 1
const isSpecial = 2
const isHighSurrogate = 4

let flags: Uint8Array | undefined

function buildFlags(): Uint8Array {
  const table = new Uint8Array(0x10000)
  const alnum = charSets.pythonAlnum().bmp
  const special = charSets.special().bmp
  for (let c = 0; c < 0x10000; c++)
    table[c] = alnum[c] * isAlnum + special[c] * isSpecial + ((c & 0xfc00) === 0xd800 ? isHighSurrogate : 0)
  return table
}

/** The counts of a text, taken in one pass for all filters that want one of them. */
export const charCounts: Derivation<CharCounts> = {
  name: 'character counts',
  compute(text) {
    flags ??= buildFlags()
    const table = flags
    const length = text.length
    let alnum = 0
    let special = 0
    let pairs = 0
    for (let i = 0; i < length; i++) {
      const flag = table[text.charCodeAt(i)]
      alnum += flag & 1
      special += (flag >> 1) & 1
      if (flag === isHighSurrogate && i + 1 < length && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
        const point = text.codePointAt(i++)!
        pairs++
        if (charSets.pythonAlnum().has(point)) alnum++
        if (charSets.special().has(point)) special++
      }
    }
    return { codePoints: length - pairs, alnum, special }
  },
}

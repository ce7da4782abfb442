import { entities } from '../../data/ftfy.js'

let meanings: Map<string, string> | undefined

function loadMeanings(): Map<string, string> {
  const parts = entities.split(' ')
  const map = new Map<string, string>()
  for (let i = 0; i < parts.length; i += 2)
    map.set(parts[i], String.fromCodePoint(...parts[i + 1].split('-').map(hex => Number.parseInt(hex, 16))))
  return map
}

/** Replaces HTML entities that end in a semicolon, those in capitals of lower-case names among them. */
export function unescapeHtml(text: string): string {
  if (!text.includes('&')) return text
  // An ampersand escaped many times over would otherwise take one round each.
  return text.replace(/&(?:amp;){2,}/g, '&amp;').replace(/&(#?)([0-9A-Za-z]{1,24});/g, (all, hash, name) => {
    if (hash === '#') return numeric(name) ?? all
    meanings ??= loadMeanings()
    return meanings.get(name) ?? all
  })
}

/** What browsers make of the numbers 128 to 159. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

/** A numeric reference as Python's `html.unescape` reads it; a semicolon stays escaped, as ftfy has it. */
function numeric(name: string): string | undefined {
  const isHex = /^[xX][0-9a-fA-F]+$/.test(name)
  if (!isHex && !/^[0-9]+$/.test(name)) return undefined
  const point = isHex ? Number.parseInt(name.slice(1), 16) : Number.parseInt(name, 10)
  if (point === 0x3b) return undefined
  if (point === 0 || (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) return '\ufffd'
  if (point >= 0x80 && point <= 0x9f) return windows1252.charAt(point - 0x80)
  return isUnwanted(point) ? '' : String.fromCodePoint(point)
}

/** Control characters and code points that are no characters. */
function isUnwanted(point: number): boolean {
  const isControl = (point < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d].includes(point)) || point === 0x7f
  return isControl || (point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffe) === 0xfffe
}

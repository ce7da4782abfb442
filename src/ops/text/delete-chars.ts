import { readUnits } from '../../util/utf16.js'

/**
 * Deletes code points: those of the basic plane that `kept` has no 1 for, and those beyond it unless
 * `keepsPair` says otherwise. A lone surrogate is looked up like any other unit.
 */
export function deleteChars(text: string, kept: Uint8Array, keepsPair: (point: number) => boolean): string {
  const { length } = text
  const units = readUnits(text)
  let out = ''
  let from = 0
  for (let at = 0; at < length; at++) {
    const c = units[at]
    const isPair = (c & 0xfc00) === 0xd800 && at + 1 < length && (units[at + 1] & 0xfc00) === 0xdc00
    if (isPair ? keepsPair(0x10000 + ((c & 0x3ff) << 10) + (units[at + 1] & 0x3ff)) : kept[c] === 1) {
      if (isPair) at++
      continue
    }
    if (at > from) out += text.slice(from, at)
    if (isPair) at++
    from = at + 1
  }
  return from === 0 ? text : out + text.slice(from)
}

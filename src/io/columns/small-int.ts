/** So many digits are exact as a number. */
const mostDigits = 15

/** The integer that a range of JSON text spells in at most 15 digits; undefined where it is anything else, such as -0. */
export function readSmallInt(bytes: Uint8Array, start: number, end: number): number | undefined {
  const isNegative = bytes[start] === 0x2d
  const first = isNegative ? start + 1 : start
  if (end - first > mostDigits || (isNegative && bytes[first] === 0x30)) return undefined
  let value = 0
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - 0x30
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return isNegative ? -value : value
}

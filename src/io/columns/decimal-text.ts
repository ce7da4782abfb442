/** A number by its digits: `unscaled` / 10^`scale`, without zeros at the end of its fraction. */
export interface Digits {
  readonly unscaled: bigint
  readonly scale: number
}

const spelled = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** Numbers whose exponent lies beyond are no decimals. */
const largestExponent = 400

/** The digits that the JSON text of a number spells; undefined where they are too many to write out. */
export function digitsOf(text: string): Digits | undefined {
  const match = spelled.exec(text)
  if (match === null) return undefined
  const [, sign, whole, fraction = '', exponent = '0'] = match
  if (Math.abs(Number(exponent)) > largestExponent) return undefined
  const digits = (whole + fraction).replace(/0+$/, '')
  const dropped = whole.length + fraction.length - digits.length
  const scale = fraction.length - Number(exponent) - dropped
  const unscaled = BigInt(`${sign}${digits === '' ? '0' : digits}`)
  if (unscaled === 0n) return { unscaled, scale: 0 }
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 }
}

/** How many digits a number has before and behind its decimal point. */
export function extentOf({ unscaled, scale }: Digits): { readonly whole: number; readonly fraction: number } {
  const length = String(unscaled < 0n ? -unscaled : unscaled).length
  return { whole: Math.max(0, length - scale), fraction: scale }
}

/** Whether a double gives back the digits of a number's JSON text. */
export function survivesAsDouble(text: string, value: number): boolean {
  // 15 digits always do.
  if (text.length <= 16 && !/[eE]/.test(text)) return true
  const [before, after] = [digitsOf(text), digitsOf(String(value))]
  return before !== undefined && before.scale === after?.scale && before.unscaled === after.unscaled
}

/** The number of a JSON text as so many units of 10^-`scale`; undefined where it does not fit the precision. */
export function unscaledOf(text: string, precision: number, scale: number): bigint | undefined {
  const digits = digitsOf(text)
  if (digits === undefined || digits.scale > scale) return undefined
  const unscaled = digits.unscaled * 10n ** BigInt(scale - digits.scale)
  const limit = 10n ** BigInt(precision)
  return unscaled < limit && unscaled > -limit ? unscaled : undefined
}

/** A fraction that is held exactly. The denominator is above 0. */
export interface Fraction {
  readonly numerator: bigint
  readonly denominator: bigint
}

const shape = /^\s*([-+]?)(?=\d|\.\d)(\d*)(?:(?:\/(\d+))?|(?:\.(\d*))?(?:e([-+]?\d{1,4}))?)\s*$/i

/**
 * The fraction that a parameter such as `9/21`, `9:21` or `1.5` means, as Python reads it.
 *
 * @throws {Error} where it means none
 */
export function fractionFromText(name: string, text: string | null): Fraction {
  const fraction = parseFraction((text ?? '').replaceAll(':', '/'))
  if (fraction !== undefined) return fraction
  throw new Error(`${name} is a ratio of width to height, such as "9:21" or "9/21"; found ${JSON.stringify(text)}`)
}

const mostPower = 400

function parseFraction(text: string): Fraction | undefined {
  const [, sign, whole, below, decimals = '', exponent = '0'] = shape.exec(text) ?? []
  if (whole === undefined) return undefined
  const signed = sign === '-' ? -1n : 1n
  if (below !== undefined) {
    const denominator = BigInt(below)
    return denominator === 0n ? undefined : { numerator: signed * BigInt(whole), denominator }
  }
  const power = Number(exponent) - decimals.length
  // What is so large or so small is no ratio of sides, and would take long to be written out.
  if (Math.abs(power) > mostPower) return undefined
  const digits = signed * BigInt(whole + decimals)
  return power >= 0
    ? { numerator: digits * 10n ** BigInt(power), denominator: 1n }
    : { numerator: digits, denominator: 10n ** BigInt(-power) }
}

/** The fraction that a floating-point number is. */
function fractionOf(value: number): Fraction {
  let scaled = value
  let denominator = 1n
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    denominator *= 2n
  }
  return { numerator: BigInt(scaled), denominator }
}

/** -1, 0 or 1, as a number lies below a fraction, is equal to it or lies above: exact, as Python compares them. */
export function compareToFraction(value: number, { numerator, denominator }: Fraction): number {
  if (!Number.isFinite(value)) return value > 0 ? 1 : -1
  const own = fractionOf(value)
  const difference = own.numerator * denominator - numerator * own.denominator
  return difference === 0n ? 0 : difference < 0n ? -1 : 1
}

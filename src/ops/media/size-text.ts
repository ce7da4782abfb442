const powers = ['k', 'm', 'g', 't', 'p', 'e', 'z', 'y']

/**
 * Bytes that a parameter such as `10kb` or `1TB` means, as Data-Juicer reads it: all digits in a row are the number, so that
 * `1.5mb` is 15 MiB, all letters the unit, and units are powers of 1024.
 *
 * @throws {Error} where it means none
 */
export function sizeFromText(name: string, text: string | null): number {
  const digits = (text ?? '').replaceAll(/[^0-9]/g, '')
  const unit = (text ?? '').replaceAll(/[^\p{L}]/gu, '').toLowerCase()
  const [isUnit, letter] = /^(?:([kmgtpezy])i?b)?$/.exec(unit) ?? []
  if (digits === '' || isUnit === undefined)
    throw new Error(
      `${name} is a number of bytes, or one with KB, MB, GB, TB, PB, EB, ZB or YB behind it, such as "10kb"; found ${JSON.stringify(text)}`,
    )
  return letter === undefined ? Number(digits) : Number(digits) * 1024 ** (powers.indexOf(letter) + 1)
}

/** Which values of an Arrow column are there, one bit each. */
export function validityOf(values: readonly unknown[]): {
  readonly nullBitmap: Uint8Array
  readonly nullCount: number
} {
  const nullBitmap = new Uint8Array(((values.length + 63) >> 6) << 3)
  let nullCount = 0
  for (let index = 0; index < values.length; index++) {
    if (values[index] === null) nullCount++
    else nullBitmap[index >> 3] |= 1 << (index & 7)
  }
  return { nullBitmap, nullCount }
}

const orientationTag = 0x0112

/** The orientation that a block of Exif (a TIFF header and its first directory) tells; 1 where it tells none. */
export function orientationOfExif(block: Buffer): number {
  const bytes = block.subarray(0, 6).toString('latin1') === 'Exif\0\0' ? block.subarray(6) : block
  const isLittle = bytes.subarray(0, 2).toString('latin1') === 'II'
  if (bytes.length < 8) return 1
  const read16 = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const directory = isLittle ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4)
  if (directory + 2 > bytes.length) return 1
  const count = read16(directory)
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + index * 12
    if (entry + 12 > bytes.length) return 1
    if (read16(entry) === orientationTag) return read16(entry + 8)
  }
  return 1
}

/** True where an image is shown lying on its side. */
export function swapsSides(orientation: number): boolean {
  return orientation >= 5 && orientation <= 8
}

/**
 * Stands between two slices in the digest of a partition's input, so that text which moves from the end of one file to
 * the start of the next is a change.
 */
export function sliceMark(index: number, bytesBefore: number): Buffer {
  return Buffer.from(`\0slice ${index} after ${bytesBefore}\n`)
}

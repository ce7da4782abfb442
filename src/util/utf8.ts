/** Buffer's direct decoder: absent from Node's type definitions, several times faster than `toString` on short ranges. */
interface SlicingBuffer {
  utf8Slice(start: number, end: number): string
}

/** Decodes the UTF-8 bytes of a range; what is not UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as SlicingBuffer).utf8Slice(start, end)
}

/** The number of Unicode code points in a string; a lone surrogate counts as one, as in Python. */
export function countCodePoints(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count--
      i++
    }
  }
  return count
}

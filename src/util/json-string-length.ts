/** 1 for every byte that starts a character in UTF-8, 0 for those that go on with one, and a backslash outweighs eight of either. */
const weights = new Uint8Array(256).fill(1)
weights.fill(0, 0x80, 0xc0)
const backslashWeight = 32
weights[0x5c] = backslashWeight

/**
 * The number of code points that a valid JSON string stands for, given the range with its quotes; a
 * lone surrogate counts as one.
 */
export function countStringPoints(bytes: Uint8Array, start: number, end: number): number {
  const close = end - 1
  const last = close - 8
  let count = 0
  /** Where the escape of a high surrogate ended last: only one of a low surrogate right there makes a pair. */
  let pairsAt = -1
  for (let at = start + 1; ; ) {
    while (at <= last) {
      const sum =
        weights[bytes[at]] +
        weights[bytes[at + 1]] +
        weights[bytes[at + 2]] +
        weights[bytes[at + 3]] +
        weights[bytes[at + 4]] +
        weights[bytes[at + 5]] +
        weights[bytes[at + 6]] +
        weights[bytes[at + 7]]
      if (sum >= backslashWeight) break
      count += sum
      at += 8
    }
    for (; at < close && bytes[at] !== 0x5c; at++) count += weights[bytes[at]]
    if (at >= close) return count
    if (bytes[at + 1] !== 0x75) {
      count++
      at += 2
      continue
    }
    const unit = readHex(bytes, at + 2)
    if (at !== pairsAt || (unit & 0xfc00) !== 0xdc00) count++
    at += 6
    pairsAt = (unit & 0xfc00) === 0xd800 ? at : -1
  }
}

function readHex(bytes: Uint8Array, at: number): number {
  return Number.parseInt(String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]), 16)
}

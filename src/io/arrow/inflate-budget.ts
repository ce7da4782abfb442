/**
 * apache-arrow gives its codecs a buffer's bytes and not the length that stands in front of them, and keeps codecs by
 * kind for the whole process. So what the batch that is read next may inflate to is noted here.
 */
let left = 0

/** Says what the buffers of the batch that is read next inflate to, all together. */
export function expectInflated(bytes: number): void {
  left = bytes
}

/** What the next buffer may inflate to at most. */
export function inflatedLeft(): number {
  return left
}

export function takeInflated(bytes: number): void {
  left -= bytes
}

import { skipString } from '../../util/json-scan.js'

/** Copies a JSON text without the white space between its tokens, so that it stands on one line. */
export function compactJson(bytes: Buffer, start: number, end: number): Buffer {
  const target = Buffer.allocUnsafe(end - start)
  let used = 0
  for (let at = start; at < end; ) {
    const c = bytes[at]
    if (c === 0x22) {
      const after = skipString(bytes, at, end)
      used += bytes.copy(target, used, at, after)
      at = after
    } else {
      if (c > 0x20) target[used++] = c
      at++
    }
  }
  return target.subarray(0, used)
}

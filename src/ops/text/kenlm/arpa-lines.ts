import { closeSync, openSync, readSync } from 'node:fs'

const blockBytes = 1 << 20

/** The lines of a file as bytes, without their line feed; each valid until the next is asked for. */
export function* linesOf(path: string): Generator<Buffer> {
  const fd = openSync(path, 'r')
  try {
    let block = Buffer.allocUnsafe(blockBytes)
    let kept = 0
    for (;;) {
      const count = readSync(fd, block, kept, block.length - kept, null)
      if (count === 0) break
      const end = kept + count
      let start = 0
      for (let at = block.indexOf(0x0a, kept); at >= 0 && at < end; at = block.indexOf(0x0a, start)) {
        yield block.subarray(start, at)
        start = at + 1
        if (start >= end) break
      }
      kept = end - start
      if (start > 0) block.copy(block, 0, start, end)
      else if (kept === block.length) block = Buffer.concat([block], block.length * 2)
    }
    if (kept > 0) yield block.subarray(0, kept)
  } finally {
    closeSync(fd)
  }
}

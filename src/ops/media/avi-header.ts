import type { FileWindow } from './file-window.js'
import type { VideoHeader } from './video-header.js'

/** True for what begins as an AVI does. */
export function isAvi(head: Buffer): boolean {
  return head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 11) === 'AVI'
}

/** The first video stream of an AVI, as its headers describe it; undefined where they describe none. */
export async function readAviHeader(window: FileWindow): Promise<VideoHeader | undefined> {
  const stream = { isVideo: false, seconds: 0 }
  let at = 12
  for (;;) {
    const head = await window.bytes(at, 12)
    if (head.length < 8) return undefined
    const name = head.toString('latin1', 0, 4)
    const length = head.readUInt32LE(4)
    const inner = at + 8
    if (name === 'LIST') {
      const kind = head.toString('latin1', 8, 12)
      if (kind === 'movi') return undefined
      // A list of headers is walked through, and all else is passed over.
      at = kind === 'hdrl' || kind === 'strl' ? inner + 4 : inner + padded(length)
      continue
    }
    if (name === 'strh') {
      const bytes = await window.bytes(inner, 36)
      if (bytes.length < 36) return undefined
      stream.isVideo = bytes.toString('latin1', 0, 4) === 'vids'
      stream.seconds = (bytes.readUInt32LE(32) * bytes.readUInt32LE(20)) / bytes.readUInt32LE(24)
    } else if (name === 'strf' && stream.isVideo) {
      const bytes = await window.bytes(inner, 12)
      if (bytes.length < 12) return undefined
      return { width: bytes.readInt32LE(4), height: Math.abs(bytes.readInt32LE(8)), seconds: stream.seconds }
    }
    at = inner + padded(length)
  }
}

function padded(length: number): number {
  return length + (length & 1)
}

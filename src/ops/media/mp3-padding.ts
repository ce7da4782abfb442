import type { FileWindow } from './file-window.js'

/** Samples of silence that a decoder of MP3 adds by itself. */
const decoderDelay = 529

const tagSearchBytes = 4096

/**
 * Samples that players leave out of an MP3 as its encoder notes in the first frame, which then holds no sound: those that it
 * put before and behind the sound so that this fills whole frames.
 */
export async function paddingOfMp3(window: FileWindow): Promise<number> {
  const start = await lengthOfId3(window)
  const bytes = await window.bytes(start, tagSearchBytes)
  const tag = ['Xing', 'Info'].map(name => bytes.indexOf(name, 0, 'latin1')).find(at => at >= 0 && at < 64)
  if (tag === undefined || tag + 8 > bytes.length) return 0
  const flags = bytes.readUInt32BE(tag + 4)
  const encoder = tag + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0)
  if (encoder + 24 > bytes.length || !/^(?:LAME|Lavf|Lavc)/.test(bytes.toString('latin1', encoder, encoder + 4)))
    return 0
  const delays = bytes.readUIntBE(encoder + 21, 3)
  const before = delays >> 12
  const behind = delays & 0xfff
  return before + decoderDelay + Math.max(0, behind - decoderDelay)
}

async function lengthOfId3(window: FileWindow): Promise<number> {
  const head = await window.bytes(0, 10)
  if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') return 0
  const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0)
  return 10 + size + (head[5] & 0x10 ? 10 : 0)
}

import type { FileWindow } from './file-window.js'

/** Samples of silence that a decoder of MP3 adds by itself. */
const decoderDelay = 529

const searchedBytes = 4096
/** The tag follows the header of the first frame and what that says of its channels. */
const latestTag = 64

/**
 * Samples that an MP3 plays, as its encoder notes them in the first frame, which then holds no sound. Those that it put before
 * and behind the sound, so that this fills whole frames, are not among them.
 *
 * @returns undefined where there is no such note
 */
export async function samplesOfMp3(window: FileWindow): Promise<number | undefined> {
  const bytes = await window.bytes(await lengthOfId3(window), searchedBytes)
  const tag = ['Xing', 'Info'].map(name => bytes.indexOf(name, 0, 'latin1')).find(at => at >= 4 && at < latestTag)
  if (tag === undefined || tag + 12 > bytes.length) return undefined
  const flags = bytes.readUInt32BE(tag + 4)
  if (!(flags & 1)) return undefined
  const isMpeg1 = (bytes[1] & 0x18) === 0x18
  const samples = bytes.readUInt32BE(tag + 8) * (isMpeg1 ? 1152 : 576)
  const encoder = tag + 12 + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0)
  return Math.max(0, samples - paddingAt(bytes, encoder))
}

function paddingAt(bytes: Buffer, encoder: number): number {
  if (encoder + 24 > bytes.length) return 0
  if (!/^(?:LAME|Lavf|Lavc)/.test(bytes.toString('latin1', encoder, encoder + 4))) return 0
  const delays = bytes.readUIntBE(encoder + 21, 3)
  return (delays >> 12) + decoderDelay + Math.max(0, (delays & 0xfff) - decoderDelay)
}

async function lengthOfId3(window: FileWindow): Promise<number> {
  const head = await window.bytes(0, 10)
  if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') return 0
  const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0)
  return 10 + size + (head[5] & 0x10 ? 10 : 0)
}

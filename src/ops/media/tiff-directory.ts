import type { FileWindow } from './file-window.js'

/** What is asked for of a directory of TIFF, by number; undefined where it does not say. */
export interface TiffTags {
  readonly width: number | undefined
  readonly height: number | undefined
  readonly orientation: number | undefined
}

const tags = { width: 0x0100, height: 0x0101, orientation: 0x0112 }
const entryBytes = 12
/** Numbers of two bytes; all others that are asked for have four. */
const short = 3

/** The first directory of a TIFF, or of a block of Exif, which has the same form; undefined where there is none. */
export async function readTiffDirectory(window: FileWindow, start: number): Promise<TiffTags | undefined> {
  const head = Buffer.from(await window.bytes(start, 8))
  const order = head.toString('latin1', 0, 2)
  if (head.length < 8 || (order !== 'II' && order !== 'MM')) return undefined
  const isLittle = order === 'II'
  const read16 = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const read32 = (bytes: Buffer, at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  if (read16(head, 2) !== 42) return undefined
  const directory = start + read32(head, 4)
  const counted = await window.bytes(directory, 2)
  if (counted.length < 2) return undefined
  const entries = await window.bytes(directory + 2, read16(counted, 0) * entryBytes)
  const find = (tag: number) => {
    for (let at = 0; at + entryBytes <= entries.length; at += entryBytes) {
      if (read16(entries, at) !== tag) continue
      return read16(entries, at + 2) === short ? read16(entries, at + 8) : read32(entries, at + 8)
    }
    return undefined
  }
  return { width: find(tags.width), height: find(tags.height), orientation: find(tags.orientation) }
}

import { orientationOfExif } from './exif-orientation.js'
import type { FileWindow } from './file-window.js'

/** The orientation that an image asks to be shown in, where its format keeps that in chunks; 1 where it asks for none. */
export async function orientationOfChunks(window: FileWindow, type: string | undefined): Promise<number> {
  if (type === 'png') return findInChunks(window, pngChunks)
  if (type === 'webp') return findInChunks(window, webpChunks)
  if (type === 'tiff') return orientationOfExif(await window.bytes(0, window.sizeBytes))
  return 1
}

interface ChunkForm {
  /** Where the first chunk begins. */
  readonly first: number
  readonly exif: string
  /** Bytes of a chunk before and behind what it holds. */
  readonly before: number
  readonly behind: number
  nameOf(head: Buffer): string
  lengthOf(head: Buffer): number
  /** Chunks are padded to a multiple of so many bytes. */
  readonly padding: number
}

const pngChunks: ChunkForm = {
  first: 8,
  exif: 'eXIf',
  before: 8,
  behind: 4,
  nameOf: head => head.toString('latin1', 4, 8),
  lengthOf: head => head.readUInt32BE(0),
  padding: 1,
}

const webpChunks: ChunkForm = {
  first: 12,
  exif: 'EXIF',
  before: 8,
  behind: 0,
  nameOf: head => head.toString('latin1', 0, 4),
  lengthOf: head => head.readUInt32LE(4),
  padding: 2,
}

async function findInChunks(window: FileWindow, form: ChunkForm): Promise<number> {
  let at = form.first
  for (;;) {
    const head = await window.bytes(at, form.before)
    if (head.length < form.before) return 1
    const length = form.lengthOf(head)
    if (form.nameOf(head) === form.exif) return orientationOfExif(await window.bytes(at + form.before, length))
    at += form.before + Math.ceil(length / form.padding) * form.padding + form.behind
  }
}

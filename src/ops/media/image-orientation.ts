import type { FileWindow } from './file-window.js'
import { readTiffDirectory } from './tiff-directory.js'

/** The orientation that an image asks to be shown in, where its format keeps that in chunks; 1 where it asks for none. */
export async function orientationOfChunks(window: FileWindow, type: string | undefined): Promise<number> {
  if (type === 'png') return findInChunks(window, pngChunks)
  if (type === 'webp') return findInChunks(window, webpChunks)
  if (type === 'avif') return orientationOfAvif(await window.bytes(0, avifHeadBytes))
  return 1
}

/** True where an image is shown lying on its side. */
export function swapsSides(orientation: number): boolean {
  return orientation >= 5 && orientation <= 8
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
    if (form.nameOf(head) === form.exif) return orientationOfExif(window, at + form.before)
    at += form.before + Math.ceil(length / form.padding) * form.padding + form.behind
  }
}

const avifHeadBytes = 1 << 16
/** The length of a box that says how an AVIF is turned, and its name. */
const turnBox = Buffer.from('\0\0\0\x09irot', 'latin1')

/** Quarters of a turn, counterclockwise. */
function orientationOfAvif(head: Buffer): number {
  const at = head.indexOf(turnBox)
  const quarters = at < 0 || at + turnBox.length >= head.length ? 0 : head[at + turnBox.length] & 3
  return [1, 8, 3, 6][quarters]
}

const exifMark = 'Exif\0\0'

/** Some writers put the mark of a JPEG in front of the block. */
async function orientationOfExif(window: FileWindow, start: number): Promise<number> {
  const head = await window.bytes(start, exifMark.length)
  const block = head.toString('latin1') === exifMark ? start + exifMark.length : start
  return (await readTiffDirectory(window, block))?.orientation ?? 1
}

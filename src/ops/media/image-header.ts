import { FileWindow } from './file-window.js'
import { orientationOfChunks, swapsSides } from './image-orientation.js'
import { loadOptional } from './optional-package.js'
import { readTiffDirectory } from './tiff-directory.js'

/** Sides in pixels. */
export interface Dimensions {
  readonly width: number
  readonly height: number
}

/** Where a header is looked for; what an image carries before it, such as a profile of colours, may push it further. */
const headBytes = [1 << 19, 1 << 24]

/** Formats that Data-Juicer decodes with what it is installed with. */
const known = new Set('avif bmp dds gif icns ico j2c jp2 jpg png pnm psd tga tiff webp'.split(' '))

export const loadImageSize = () => loadOptional('image-size', () => import('image-size'))

/**
 * The sides of an image as it is shown: one that its Exif data turns to a side has them exchanged. Reads the header alone.
 *
 * @throws {Error} where it is no image of a known format
 */
export async function measureImage(path: string, sizeBytes: number): Promise<Dimensions> {
  await using window = await FileWindow.open(path, sizeBytes)
  const found = (await sidesOfTiff(window)) ?? (await sidesOfHead(window))
  if (found === undefined) throw new Error('this is no image of a known format, or its header is damaged')
  const { width, height, orientation, type } = found
  const turned = swapsSides(orientation ?? (await orientationOfChunks(window, type)))
  return turned ? { width: height, height: width } : { width, height }
}

/** A TIFF keeps its header anywhere, often at its end. */
async function sidesOfTiff(window: FileWindow): Promise<Found | undefined> {
  const { width, height, orientation = 1 } = (await readTiffDirectory(window, 0)) ?? {}
  return !width || !height ? undefined : { width, height, orientation, type: 'tiff' }
}

async function sidesOfHead(window: FileWindow): Promise<Found | undefined> {
  for (const length of headBytes) {
    const found = await sidesIn(await window.bytes(0, length))
    if (found !== undefined || length >= window.sizeBytes) return found
  }
  return undefined
}

/** The sides of an image that a sample carries, which Data-Juicer takes as they are. */
export async function measureImageBytes(bytes: Uint8Array): Promise<Dimensions | undefined> {
  return sidesIn(bytes)
}

interface Found extends Dimensions {
  readonly orientation?: number
  readonly type?: string
}

async function sidesIn(bytes: Uint8Array): Promise<Found | undefined> {
  const { imageSize } = await loadImageSize()
  try {
    const found = imageSize(bytes)
    // Of the images of an icon the largest counts.
    const sides = (found.images ?? [found]).reduce((a, b) => (b.width * b.height > a.width * a.height ? b : a))
    const isImage = known.has(found.type ?? '') && sides.width > 0 && sides.height > 0
    return isImage ? { ...found, ...sides } : undefined
  } catch {
    // It throws plain errors for all that it does not recognize, and errors of ranges where bytes end early.
    return undefined
  }
}

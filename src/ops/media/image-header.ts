import { swapsSides } from './exif-orientation.js'
import { FileWindow } from './file-window.js'
import { orientationOfChunks } from './image-orientation.js'
import { loadOptional } from './optional-package.js'

/** Sides in pixels. */
export interface Dimensions {
  readonly width: number
  readonly height: number
}

/** Where a header is looked for first; what an image carries before it, such as a profile of colours, may push it further. */
const headBytes = 1 << 19

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
  const head = await window.bytes(0, headBytes)
  const found =
    (await sidesIn(head)) ?? (head.length < sizeBytes ? await sidesIn(await window.bytes(0, sizeBytes)) : undefined)
  if (found === undefined) throw new Error('this is no image of a known format, or its header is damaged')
  const { width, height, orientation, type } = found
  const turned = swapsSides(type === 'jpg' ? (orientation ?? 1) : await orientationOfChunks(window, type))
  return turned ? { width: height, height: width } : { width, height }
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
    return known.has(found.type ?? '') ? { ...found, ...sides } : undefined
  } catch {
    // It throws plain errors for all that it does not recognize, and errors of ranges where bytes end early.
    return undefined
  }
}

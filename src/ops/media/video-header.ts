import { isAvi, readAviHeader } from './avi-header.js'
import { FileWindow } from './file-window.js'
import { loadOptional } from './optional-package.js'

/** What the headers of a video say of its first stream of pictures. */
export interface VideoHeader {
  /** As it is stored, also where it is to be shown turned. */
  readonly width: number
  readonly height: number
  readonly seconds: number
}

export const loadMediabunny = () => loadOptional('mediabunny', () => import('mediabunny'))

/** @throws {Error} where it is no video of a known format */
export async function measureVideo(path: string, sizeBytes: number): Promise<VideoHeader> {
  await using window = await FileWindow.open(path, sizeBytes)
  const found = isAvi(await window.bytes(0, 12)) ? await readAviHeader(window) : await readContainer(path)
  if (found === undefined || !(found.width > 0 && found.height > 0) || !Number.isFinite(found.seconds))
    throw new Error('it holds no video, or its headers are damaged')
  return found
}

async function readContainer(path: string): Promise<VideoHeader | undefined> {
  const { ALL_FORMATS, FilePathSource, Input } = await loadMediabunny()
  using input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS })
  const [track] = await input.getVideoTracks()
  if (track === undefined) return undefined
  const width = await track.getCodedWidth()
  const height = await track.getCodedHeight()
  // Matroska and WebM say how long the file plays, and not how long each of its streams does.
  const { name } = await input.getFormat()
  const isWhole = name === 'Matroska' || name === 'WebM'
  const source = isWhole ? input : track
  const end = (await source.getDurationFromMetadata()) ?? (await source.computeDuration())
  // A stream may begin late; what is cut away before its begin has times below zero.
  const start = isWhole ? 0 : Math.max(0, await track.getFirstTimestamp())
  return { width, height, seconds: end - start }
}

import { FileWindow } from './file-window.js'
import { samplesOfMp3 } from './mp3-tag.js'
import { loadOptional } from './optional-package.js'

export const loadMusicMetadata = () => loadOptional('music-metadata', () => import('music-metadata'))

/**
 * Seconds that an audio plays, from how many samples its header says it has; an MP3 without such a header is read frame by frame.
 *
 * @throws {Error} where it is no audio of a known format
 */
export async function measureAudio(path: string, sizeBytes: number): Promise<number> {
  const { parseFile } = await loadMusicMetadata()
  const { format } = await parseFile(path, { duration: true, skipCovers: true })
  const { duration, sampleRate, codec = '' } = format
  if (duration === undefined || sampleRate === undefined || !(duration >= 0))
    throw new Error('its header does not say how long this audio is')
  const samples = format.numberOfSamples ?? Math.round(duration * sampleRate)
  if (!/layer 3/i.test(codec)) return samples / sampleRate
  await using window = await FileWindow.open(path, sizeBytes)
  return ((await samplesOfMp3(window)) ?? samples) / sampleRate
}

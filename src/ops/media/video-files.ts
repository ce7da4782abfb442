import type { Sample } from '../../core/sample.js'
import { text } from '../params.js'
import { MediaReader, pathsIn } from './media-reader.js'
import { measureVideo, type VideoHeader } from './video-header.js'

export const videoKeyParam = text('videos').describe('Field that lists the paths of the videos.')

/** Measures the videos of samples. */
export class VideoFiles {
  readonly #reader: MediaReader<VideoHeader>
  readonly #key: string

  constructor(key: string | null, mediaDir: string | undefined) {
    this.#reader = new MediaReader({ name: 'video', measure: measureVideo }, { mediaDir })
    this.#key = key ?? 'videos'
  }

  takeFilesRead() {
    return this.#reader.takeFilesRead()
  }

  /** What the headers of each video say, in order. */
  async of(sample: Sample): Promise<VideoHeader[]> {
    return this.#reader.measureAll(pathsIn(sample, this.#key))
  }
}

import type { Sample } from '../../core/sample.js'
import { SampleError } from '../../core/sample-error.js'
import { carriedImages } from './image-bytes.js'
import { type Dimensions, measureImage, measureImageBytes } from './image-header.js'
import { MediaReader, pathsIn } from './media-reader.js'

/** The fields of a sample that have to do with images. */
export interface ImageFields {
  readonly image_key: string | null
  readonly image_bytes_key: string | null
}

/** Measures the images of samples, in files or in the samples themselves. */
export class ImageSides {
  readonly #reader: MediaReader<Dimensions>
  readonly #pathKey: string
  readonly #bytesKey: string

  constructor({ image_key, image_bytes_key }: ImageFields, mediaDir: string | undefined) {
    this.#reader = new MediaReader({ name: 'image', measure: measureImage }, { mediaDir })
    this.#pathKey = image_key ?? 'images'
    this.#bytesKey = image_bytes_key ?? 'image_bytes'
  }

  takeFilesRead() {
    return this.#reader.takeFilesRead()
  }

  /** The sides of each image, in order. What stands under one path is one image, as in Data-Juicer. */
  async of(sample: Sample): Promise<Dimensions[]> {
    const paths = pathsIn(sample, this.#pathKey)
    if (paths.length === 0) return []
    const carried = carriedImages(sample, this.#bytesKey)
    const measured = new Map<string, Dimensions>()
    for (const [index, path] of paths.entries()) {
      if (!measured.has(path)) measured.set(path, await this.#measure(path, carried[index]))
    }
    return paths.map(path => measured.get(path) as Dimensions)
  }

  async #measure(path: string, bytes: Buffer | undefined): Promise<Dimensions> {
    if (bytes === undefined) return (await this.#reader.measureAll([path]))[0]
    const sides = await measureImageBytes(bytes)
    if (sides === undefined) throw new SampleError('bad_value', `the bytes that come with ${path} are no image`)
    return sides
  }
}

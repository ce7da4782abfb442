import { defineFilter } from '../define.js'
import { anyOrAll, keepsBy } from '../media/any-or-all.js'
import { imageBytesKeyParam, imageKeyParam } from '../media/image-bytes.js'
import { loadImageSize } from '../media/image-header.js'
import { ImageSides } from '../media/image-sides.js'
import { filesAtOnce } from '../media/media-reader.js'
import { refusalWithout } from '../media/optional-package.js'
import { float } from '../params.js'

/** Keeps samples by the ratio of width to height of their images (Data-Juicer). */
export const imageAspectRatioFilter = defineFilter({
  name: 'image_aspect_ratio_filter',
  summary: 'Keeps samples whose images have a ratio of width to height within bounds.',
  params: {
    image_key: imageKeyParam,
    image_bytes_key: imageBytesKeyParam,
    min_ratio: float(0.333).describe('Smallest ratio of width to height that is kept.'),
    max_ratio: float(3).describe('Largest such ratio that is kept.'),
    any_or_all: anyOrAll,
  },
  stats: ['aspect_ratios'],
  thresholds: [{ stat: 'aspect_ratios', min: 'min_ratio', max: 'max_ratio' }],
  example: {
    params: { max_ratio: 2 },
    cases: [
      { sample: { images: ['lossy.webp'] }, stats: { aspect_ratios: [40 / 30] }, kept: true },
      { sample: { images: ['plain.bmp'] }, stats: { aspect_ratios: [3] }, kept: false },
    ],
  },
  refuse: () => refusalWithout(loadImageSize),
  create(params, { inRange, mediaDir }) {
    const { min_ratio, max_ratio, any_or_all } = params
    const images = new ImageSides(params, mediaDir)
    return {
      concurrency: filesAtOnce,
      takeFilesRead: () => images.takeFilesRead(),
      async computeStats(sample) {
        if (sample.stats['aspect_ratios'] !== undefined) return
        sample.stats['aspect_ratios'] = (await images.of(sample)).map(({ width, height }) => width / height)
      },
      keep(sample) {
        const ratios = sample.stats['aspect_ratios'] as readonly number[]
        return keepsBy(
          any_or_all,
          ratios.map(ratio => inRange(ratio, min_ratio, max_ratio)),
        )
      },
    }
  },
})

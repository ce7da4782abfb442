import { defineFilter } from '../define.js'
import { imageBytesKeyParam, imageKeyParam } from '../media/image-bytes.js'
import { loadImageSize } from '../media/image-header.js'
import { ImageSides } from '../media/image-sides.js'
import { filesAtOnce } from '../media/media-reader.js'
import { refusalWithout } from '../media/optional-package.js'
import { hasSides, keepsSides, noteSides, sidesParams } from '../media/sides.js'

const stats = { width: 'image_width', height: 'image_height' }

/** Keeps samples whose images have a width and a height within bounds (Data-Juicer). */
export const imageShapeFilter = defineFilter({
  name: 'image_shape_filter',
  summary: 'Keeps samples whose images have a width and a height within bounds.',
  params: { image_key: imageKeyParam, image_bytes_key: imageBytesKeyParam, ...sidesParams },
  stats: Object.values(stats),
  thresholds: [
    { stat: stats.width, min: 'min_width', max: 'max_width' },
    { stat: stats.height, min: 'min_height', max: 'max_height' },
  ],
  example: {
    params: { min_width: 40, min_height: 20 },
    cases: [
      {
        sample: { images: ['plain.jpg', 'plain.bmp'] },
        stats: { image_width: [64, 45], image_height: [48, 15] },
        kept: true,
      },
      { sample: { images: ['odd.png'] }, stats: { image_width: [37], image_height: [23] }, kept: false },
    ],
  },
  refuse: () => refusalWithout(loadImageSize),
  create(params, { inRange, mediaDir }) {
    const images = new ImageSides(params, mediaDir)
    return {
      concurrency: filesAtOnce,
      takeFilesRead: () => images.takeFilesRead(),
      async computeStats(sample) {
        if (!hasSides(sample, stats)) noteSides(sample, stats, await images.of(sample))
      },
      keep: sample => keepsSides(sample, stats, { bounds: params, inRange }),
    }
  },
})

import { carriedImages, imageBytesKeyParam } from '../media/image-bytes.js'
import { defineSizeFilter } from '../media/size-filter.js'

/** Keeps samples whose image files have a size within bounds (Data-Juicer). */
export const imageSizeFilter = defineSizeFilter({
  name: 'image_size_filter',
  media: 'image',
  cases: [
    { sample: { images: ['plain.jpg'] }, stats: { image_sizes: [1980] }, kept: true },
    { sample: { images: ['odd.png'] }, stats: { image_sizes: [287] }, kept: false },
  ],
  more: { image_bytes_key: imageBytesKeyParam },
  carried(sample, params, count) {
    const images = carriedImages(sample, String(params['image_bytes_key'] ?? 'image_bytes'))
    if (count === 0 || images.length !== count) return undefined
    const sizes = images.flatMap(image => image?.length ?? [])
    return sizes.length === count ? sizes : undefined
  },
})

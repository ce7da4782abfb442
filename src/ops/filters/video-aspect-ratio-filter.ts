import { defineFilter } from '../define.js'
import { anyOrAll, keepsBy } from '../media/any-or-all.js'
import { filesAtOnce } from '../media/media-reader.js'
import { refusalWithout } from '../media/optional-package.js'
import { compareToFraction, fractionFromText } from '../media/ratio-text.js'
import { VideoFiles, videoKeyParam } from '../media/video-files.js'
import { loadMediabunny } from '../media/video-header.js'
import { text } from '../params.js'

/** Keeps samples by the ratio of width to height of their videos (Data-Juicer). */
export const videoAspectRatioFilter = defineFilter({
  name: 'video_aspect_ratio_filter',
  summary: 'Keeps samples whose videos have a ratio of width to height within bounds.',
  params: {
    video_key: videoKeyParam,
    min_ratio: text('9/21').describe('Smallest ratio of width to height that is kept, such as "9/21" or "9:21".'),
    max_ratio: text('21/9').describe('Largest such ratio that is kept.'),
    any_or_all: anyOrAll,
  },
  stats: ['video_aspect_ratios'],
  example: {
    params: { min_ratio: '1:1' },
    cases: [
      { sample: { videos: ['plain.mp4'] }, stats: { video_aspect_ratios: [66 / 34] }, kept: true },
      { sample: { videos: ['sound.mp4'] }, stats: { video_aspect_ratios: [34 / 66] }, kept: false },
    ],
  },
  refuse: () => refusalWithout(loadMediabunny),
  create({ video_key, min_ratio, max_ratio, any_or_all }, { inRange, mediaDir }) {
    const videos = new VideoFiles(video_key, mediaDir)
    const min = fractionFromText('min_ratio', min_ratio)
    const max = fractionFromText('max_ratio', max_ratio)
    // The bounds are exact fractions, so that only on which side of each a ratio lies goes to the test.
    const isInside = (ratio: number) => inRange(0, -compareToFraction(ratio, min), -compareToFraction(ratio, max))
    return {
      concurrency: filesAtOnce,
      takeFilesRead: () => videos.takeFilesRead(),
      async computeStats(sample) {
        if (sample.stats['video_aspect_ratios'] !== undefined) return
        sample.stats['video_aspect_ratios'] = (await videos.of(sample)).map(({ width, height }) => width / height)
      },
      keep: sample => keepsBy(any_or_all, (sample.stats['video_aspect_ratios'] as readonly number[]).map(isInside)),
    }
  },
})

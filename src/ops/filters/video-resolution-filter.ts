import { defineFilter } from '../define.js'
import { filesAtOnce } from '../media/media-reader.js'
import { refusalWithout } from '../media/optional-package.js'
import { hasSides, keepsSides, noteSides, sidesParams } from '../media/sides.js'
import { VideoFiles, videoKeyParam } from '../media/video-files.js'
import { loadMediabunny } from '../media/video-header.js'

const stats = { width: 'video_width', height: 'video_height' }

/** Keeps samples whose videos have a width and a height within bounds (Data-Juicer). */
export const videoResolutionFilter = defineFilter({
  name: 'video_resolution_filter',
  summary: 'Keeps samples whose videos have a width and a height within bounds.',
  params: { video_key: videoKeyParam, ...sidesParams },
  stats: Object.values(stats),
  thresholds: [
    { stat: stats.width, min: 'min_width', max: 'max_width' },
    { stat: stats.height, min: 'min_height', max: 'max_height' },
  ],
  example: {
    params: { min_width: 60, min_height: 30 },
    cases: [
      {
        sample: { videos: ['plain.mp4', 'sound.mp4'] },
        stats: { video_width: [66, 34], video_height: [34, 66] },
        kept: true,
      },
      { sample: { videos: ['sound.mp4'] }, stats: { video_width: [34], video_height: [66] }, kept: false },
    ],
  },
  refuse: () => refusalWithout(loadMediabunny),
  create(params, { inRange, mediaDir }) {
    const videos = new VideoFiles(params.video_key, mediaDir)
    return {
      concurrency: filesAtOnce,
      takeFilesRead: () => videos.takeFilesRead(),
      async computeStats(sample) {
        if (!hasSides(sample, stats)) noteSides(sample, stats, await videos.of(sample))
      },
      keep: sample => keepsSides(sample, stats, { bounds: params, inRange }),
    }
  },
})

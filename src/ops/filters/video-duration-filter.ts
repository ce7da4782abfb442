import { z } from 'zod'
import { defineFilter } from '../define.js'
import { anyOrAll, keepsBy } from '../media/any-or-all.js'
import { filesAtOnce } from '../media/media-reader.js'
import { refusalWithout } from '../media/optional-package.js'
import { VideoFiles, videoKeyParam } from '../media/video-files.js'
import { loadMediabunny } from '../media/video-header.js'
import { float } from '../params.js'
import { sysMaxsize } from '../range.js'

/** Digits behind the point that ffprobe shows of a time in seconds. */
const shownDigits = 6

/** Keeps samples by how long their videos play (Data-Juicer). */
export const videoDurationFilter = defineFilter({
  name: 'video_duration_filter',
  summary: 'Keeps samples whose videos play for a time within bounds.',
  params: {
    video_key: videoKeyParam,
    min_duration: float(0).describe('Shortest video that is kept, in seconds.'),
    max_duration: float(sysMaxsize).describe('Longest video that is kept, in seconds.'),
    any_or_all: anyOrAll,
    video_backend: z
      .enum(['ffmpeg', 'av'])
      .default('ffmpeg')
      .describe('Whose figures are given: ffmpeg rounds seconds to six digits, av does not. Neither is needed.'),
  },
  stats: ['video_duration'],
  thresholds: [{ stat: 'video_duration', min: 'min_duration', max: 'max_duration' }],
  example: {
    params: { min_duration: 1 },
    cases: [
      { sample: { videos: ['plain.mp4', 'sound.mp4'] }, stats: { video_duration: [1.3, 0.84] }, kept: true },
      { sample: { videos: ['sound.mp4'] }, stats: { video_duration: [0.84] }, kept: false },
    ],
  },
  refuse: () => refusalWithout(loadMediabunny),
  create({ video_key, min_duration, max_duration, any_or_all, video_backend }, { inRange, mediaDir }) {
    const videos = new VideoFiles(video_key, mediaDir)
    const shown = (seconds: number) => (video_backend === 'av' ? seconds : Number(seconds.toFixed(shownDigits)))
    return {
      concurrency: filesAtOnce,
      takeFilesRead: () => videos.takeFilesRead(),
      async computeStats(sample) {
        if (sample.stats['video_duration'] !== undefined) return
        sample.stats['video_duration'] = (await videos.of(sample)).map(({ seconds }) => shown(seconds))
      },
      keep(sample) {
        const durations = sample.stats['video_duration'] as readonly number[]
        return keepsBy(
          any_or_all,
          durations.map(seconds => inRange(seconds, min_duration, max_duration)),
        )
      },
    }
  },
})

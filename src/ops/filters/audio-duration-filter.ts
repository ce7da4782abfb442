import { defineFilter } from '../define.js'
import { anyOrAll, keepsBy } from '../media/any-or-all.js'
import { loadMusicMetadata, measureAudio } from '../media/audio-header.js'
import { filesAtOnce, MediaReader, pathsIn } from '../media/media-reader.js'
import { refusalWithout } from '../media/optional-package.js'
import { int, text } from '../params.js'
import { sysMaxsize } from '../range.js'

/** Keeps samples by how long their audios play (Data-Juicer). */
export const audioDurationFilter = defineFilter({
  name: 'audio_duration_filter',
  summary: 'Keeps samples whose audios play for a time within bounds.',
  params: {
    audio_key: text('audios').describe('Field that lists the paths of the audios.'),
    min_duration: int(0).describe('Shortest audio that is kept, in seconds.'),
    max_duration: int(sysMaxsize).describe('Longest audio that is kept, in seconds.'),
    any_or_all: anyOrAll,
  },
  stats: ['audio_duration'],
  thresholds: [{ stat: 'audio_duration', min: 'min_duration', max: 'max_duration' }],
  example: {
    params: { min_duration: 1 },
    cases: [
      { sample: { audios: ['tone.mp3', 'tone.ogg'] }, stats: { audio_duration: [0.7, 1] }, kept: true },
      { sample: { audios: ['mono.wav'] }, stats: { audio_duration: [0.53125] }, kept: false },
    ],
  },
  refuse: () => refusalWithout(loadMusicMetadata),
  create({ audio_key, min_duration, max_duration, any_or_all }, { inRange, mediaDir }) {
    const reader = new MediaReader({ name: 'audio', measure: measureAudio }, { mediaDir })
    return {
      concurrency: filesAtOnce,
      takeFilesRead: () => reader.takeFilesRead(),
      async computeStats(sample) {
        if (sample.stats['audio_duration'] !== undefined) return
        sample.stats['audio_duration'] = await reader.measureAll(pathsIn(sample, audio_key ?? 'audios'))
      },
      keep(sample) {
        const durations = sample.stats['audio_duration'] as readonly number[]
        return keepsBy(
          any_or_all,
          durations.map(seconds => inRange(seconds, min_duration, max_duration)),
        )
      },
    }
  },
})

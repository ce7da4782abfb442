import { defineSizeFilter } from '../media/size-filter.js'

/** Keeps samples whose audio files have a size within bounds (Data-Juicer). */
export const audioSizeFilter = defineSizeFilter({
  name: 'audio_size_filter',
  media: 'audio',
  cases: [
    { sample: { audios: ['tone.mp3'] }, stats: { audio_sizes: [3257] }, kept: true },
    { sample: { audios: ['mono.wav'] }, stats: { audio_sizes: [8578] }, kept: false },
  ],
})

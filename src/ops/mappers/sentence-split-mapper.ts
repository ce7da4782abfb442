import { defineMapper } from '../define.js'
import { text } from '../params.js'

/** Puts each sentence on a line of its own (Data-Juicer). */
export const sentenceSplitMapper = defineMapper({
  name: 'sentence_split_mapper',
  summary: 'Puts each sentence on a line of its own.',
  params: {
    lang: text('en').describe('Language of the texts, such as en or zh.'),
  },
  create({ lang }, { textKey }) {
    const segmenter = new Intl.Segmenter(lang ?? 'en', { granularity: 'sentence' })
    return {
      map(sample) {
        const sentences: string[] = []
        for (const line of sample.text(textKey).split('\n'))
          for (const { segment } of segmenter.segment(line)) sentences.push(segment.trim())
        sample.setText(textKey, sentences.filter(sentence => sentence !== '').join('\n'))
      },
    }
  },
})

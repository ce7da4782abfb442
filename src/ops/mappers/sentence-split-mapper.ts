import { defineMapper } from '../define.js'
import { text } from '../params.js'
import { splitSentences } from '../text/sentences.js'

/** Puts each sentence on a line of its own (Data-Juicer, with rules in place of the Punkt models that it downloads). */
export const sentenceSplitMapper = defineMapper({
  name: 'sentence_split_mapper',
  summary: 'Puts each sentence on a line of its own.',
  params: {
    lang: text('en').describe('Language of the texts; the rules are the same for all.'),
  },
  example: {
    params: { lang: 'en' },
    cases: [
      {
        before: { text: 'Dr. Doe read the log. The tide was low.' },
        after: [{ text: 'Dr. Doe read the log.\nThe tide was low.' }],
      },
    ],
  },
  create: (_, { textKey }) => ({
    map(sample) {
      sample.setText(textKey, sample.text(textKey).split('\n').flatMap(splitSentences).join('\n'))
    },
  }),
})

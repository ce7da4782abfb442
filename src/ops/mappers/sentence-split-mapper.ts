import { defineMapper } from '../define.js'
import { text } from '../params.js'
import { readPunktModel } from '../text/punkt/model.js'
import { PunktSplitter } from '../text/punkt/splitter.js'
import { splitSentences } from '../text/sentences.js'

/** Puts each sentence on a line of its own (Data-Juicer; Punkt models as NLTK applies them, rules without a model). */
export const sentenceSplitMapper = defineMapper({
  name: 'sentence_split_mapper',
  summary: 'Puts each sentence on a line of its own.',
  params: {
    lang: text('en').describe('Language of the texts, by which a model is chosen; the rules are the same for all.'),
    punkt_dir: text('').describe(
      'Folder `punkt_tab` of the data of NLTK: sentences then end where Data-Juicer ends them. Without it, rules decide.',
    ),
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
  create({ lang, punkt_dir }, { textKey }) {
    const model = punkt_dir ? readPunktModel(punkt_dir, lang ?? 'en') : undefined
    const splitter = model && new PunktSplitter(model)
    const split = (content: string) => splitter?.split(content) ?? content.split('\n').flatMap(splitSentences)
    return {
      identity: model?.identity,
      map(sample) {
        sample.setText(textKey, split(sample.text(textKey)).join('\n'))
      },
    }
  },
})

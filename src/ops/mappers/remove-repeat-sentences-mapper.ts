import { z } from 'zod'
import { countCodePoints } from '../../util/utf8.js'
import { defineMapper } from '../define.js'
import { bool, int } from '../params.js'
import { lower, strip } from '../text/python-text.js'

/** Removes sentences that occurred before in the same text (Data-Juicer). */
export const removeRepeatSentencesMapper = defineMapper({
  name: 'remove_repeat_sentences_mapper',
  summary: 'Removes sentences that occurred before in the text.',
  params: {
    lowercase: bool(false).describe('Compare sentences in lower case.'),
    ignore_special_character: bool(true).describe(
      'Compare only ASCII letters and digits, Chinese characters and blanks.',
    ),
    min_repeat_sentence_length: int(2).describe('Sentences shorter than this, in code points, always stay.'),
    tokenizer: z.null().default(null).describe('A function of Python that finds sentences; not supported.'),
  },
  example: {
    params: { lowercase: true },
    cases: [
      {
        before: { text: 'Read the log. The tide is low. read the log. Go.' },
        after: [{ text: 'Read the log. The tide is low. Go.' }],
      },
    ],
  },
  create({ lowercase, ignore_special_character, min_repeat_sentence_length }, { textKey }) {
    const shortest = min_repeat_sentence_length ?? 2
    const keyOf = (sentence: string) => {
      let key = strip(sentence)
      if (lowercase === true) key = lower(key)
      return ignore_special_character === true ? key.replace(/[^a-zA-Z0-9\u4e00-\u9fa5\n\t ]+/g, '') : key
    }
    return {
      map(sample) {
        const text = sample.text(textKey)
        const seen = new Set<string>()
        const isNew = (sentence: string) => {
          const key = keyOf(sentence)
          if (key.length < shortest * 2 && countCodePoints(key) < shortest) return true
          if (seen.has(key)) return false
          seen.add(key)
          return true
        }
        const lines = text.split('\n').map(line => splitSentences(line).filter(isNew).join(''))
        sample.setText(textKey, lines.join('\n'))
      },
    }
  },
})

/**
 * Cuts a line behind marks that end a sentence, unless a closing quote follows; behind two ellipses, and a
 * mark with its quote as well. A character that follows one mark is not looked at as the next one, and the
 * last class holds what Data-Juicer's does, braces and digits among it. Its rule for six dots is left out:
 * there are never six in a row once a line is cut behind the first.
 */
function splitSentences(line: string): readonly string[] {
  if (!/[.。！!？?…’”]/.test(line)) return line === '' ? [] : [line]
  let cut = line.replace(/([.。！!？?])([^’”])/gu, '$1\n$2')
  if (cut.includes('……')) cut = cut.replace(/(…{2})([^’”])/gu, '$1\n$2')
  if (/[’”]/.test(cut)) cut = cut.replace(/([.。！!？?{6}…2][’”])([^’”])/gu, '$1\n$2')
  return cut.split('\n')
}

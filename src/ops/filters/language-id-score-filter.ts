import { z } from 'zod'
import { nearestName } from '../../util/nearest.js'
import { defineFilter } from '../define.js'
import { float } from '../params.js'
import { type LanguageGuess, loadLanguageModel } from '../text/language.js'
import { lower } from '../text/python-text.js'

/** Keeps samples by their language and how sure the model is of it (Data-Juicer). */
export const languageIdScoreFilter = defineFilter({
  name: 'language_id_score_filter',
  summary: 'Keeps samples in given languages of which the model is sure enough.',
  params: {
    lang: z
      .union([z.string(), z.array(z.string())])
      .nullable()
      .default('')
      .describe('Language or languages that are kept, such as en; empty keeps all.'),
    min_score: float(0.8).describe('Smallest confidence that is kept.'),
    model: z
      .enum(['fasttext', 'eld'])
      .default('fasttext')
      .describe('fasttext: the compressed model of the original (lid.176.ftz); eld: faster, knows 60 languages.'),
  },
  stats: ['lang', 'lang_score'],
  thresholds: [{ stat: 'lang_score', min: 'min_score' }],
  example: {
    params: { lang: ['en', 'fr'], min_score: 0.6 },
    cases: [
      {
        sample: { text: 'The keeper of the old lighthouse kept two notebooks on the shelf.' },
        stats: { lang: 'en', lang_score: 0.9463071227073669 },
        kept: true,
      },
      {
        sample: { text: 'Der Hund ist heute auf dem Berg und schläft.' },
        stats: { lang: 'de', lang_score: 0.9999929070472717 },
        kept: false,
      },
    ],
  },
  async refuse({ lang, model }) {
    const { languages } = await loadLanguageModel(model)
    const unknown = [lang ?? []].flat().find(language => language !== '' && !languages.includes(language))
    if (unknown === undefined) return undefined
    const nearest = nearestName(unknown, languages)
    const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`
    return `lang: the model ${model} knows no language "${unknown}"${hint}; it knows ${languages.toSorted().join(', ')}`
  },
  async create({ lang, min_score, model }, { textKey, inRange }) {
    const wanted = lang === null || lang.length === 0 ? undefined : [lang].flat()
    const { identify } = await loadLanguageModel(model)
    return {
      computeStats(sample) {
        if (sample.stats['lang'] !== undefined && sample.stats['lang_score'] !== undefined) return
        const guess: LanguageGuess = identify(lower(sample.text(textKey)).replaceAll('\n', ' '))
        sample.stats['lang'] = guess.language
        sample.stats['lang_score'] = guess.score
      },
      keep(sample) {
        const isWanted = wanted === undefined || wanted.includes(sample.stats['lang'] as string)
        return isWanted && inRange(sample.stats['lang_score'], min_score, undefined)
      },
    }
  },
})

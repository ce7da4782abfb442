import { fingerprintOf } from '../../util/hash.js'
import { defineFilter } from '../define.js'
import { kenlmFor } from '../models/kenlm-model.js'
import { modelDirParam } from '../models/params.js'
import { sentencePieceFor } from '../models/sentencepiece-model.js'
import { float, text } from '../params.js'
import { PerplexityMeter } from '../text/perplexity.js'

/** Keeps samples by how well a language model foretells their text (Data-Juicer). */
export const perplexityFilter = defineFilter({
  name: 'perplexity_filter',
  summary: 'Keeps samples whose perplexity under a KenLM language model lies within bounds.',
  params: {
    lang: text('en').describe(
      'Language: names the files `{lang}.sp.model` (SentencePiece) and `{lang}.arpa.bin` (KenLM).',
    ),
    min_ppl: float(0).describe('Smallest perplexity that is kept.'),
    max_ppl: float(1500).describe('Largest perplexity that is kept.'),
    model_dir: modelDirParam,
  },
  stats: ['perplexity'],
  thresholds: [{ stat: 'perplexity', min: 'min_ppl', max: 'max_ppl' }],
  // The figures are those of a small model made for tests; every model has its own.
  example: {
    params: { lang: 'en', max_ppl: 200 },
    cases: [
      {
        sample: { text: 'The following options are supported by this command.' },
        stats: { perplexity: 59.1 },
        kept: true,
      },
      { sample: { text: 'tide low the is ferry pier xq' }, stats: { perplexity: 288.5 }, kept: false },
    ],
  },
  create({ lang, min_ppl, max_ppl, model_dir }, { textKey, inRange }) {
    const pieces = sentencePieceFor(lang ?? 'en', model_dir)
    const words = kenlmFor(lang ?? 'en', model_dir)
    let meter: PerplexityMeter | undefined
    return {
      identity: fingerprintOf('perplexity', pieces.digest, words.digest),
      models: [pieces.file, words.file],
      computeStats(sample) {
        if (sample.stats['perplexity'] !== undefined) return
        meter ??= new PerplexityMeter(pieces.model, words.load())
        sample.stats['perplexity'] = meter.measure(sample.text(textKey))
      },
      keep: sample => inRange(sample.stats['perplexity'], min_ppl, max_ppl),
    }
  },
})

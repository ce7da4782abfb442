import { z } from 'zod'
import { defineFilter } from '../define.js'
import { fastTextOf } from '../models/fasttext-model.js'
import { modelDirParam } from '../models/params.js'
import { float, text } from '../params.js'

/** Keeps samples by what a fastText classifier of the user's own makes of them, such as one of quality. */
export const fasttextClassifierFilter = defineFilter({
  name: 'fasttext_classifier_filter',
  summary: 'Keeps samples to which a fastText classifier of your own gives some labels with enough confidence.',
  params: {
    model_path: text('').describe('Path of the model (`.bin` or `.ftz`), or its name in a folder of models.'),
    labels: z
      .union([z.string(), z.array(z.string())])
      .nullable()
      .default([])
      .describe('Label or labels whose confidence counts, with or without `__label__`.'),
    min_score: float(0.5).describe('Smallest sum of their confidences that is kept.'),
    max_score: float(1).describe('Largest such sum that is kept; what exceeds 1 by rounding is 1.'),
    model_dir: modelDirParam,
  },
  stats: ['fasttext_score'],
  thresholds: [{ stat: 'fasttext_score', min: 'min_score', max: 'max_score' }],
  // The figures are those of the model that language identification comes with.
  example: {
    params: { model_path: 'lid.176.ftz', labels: ['en'], min_score: 0.5 },
    cases: [
      {
        sample: { text: 'the keeper of the old lighthouse kept two notebooks on the shelf.' },
        stats: { fasttext_score: 0.9463071227073669 },
        kept: true,
      },
      {
        sample: { text: 'der hund ist heute auf dem berg und schläft.' },
        stats: { fasttext_score: 0.00001072570557880681 },
        kept: false,
      },
    ],
  },
  async create({ model_path, labels, min_score, max_score, model_dir }, { textKey, inRange }) {
    if (!model_path) throw new Error('model_path names the model')
    if ((labels ?? []).length === 0) throw new Error('labels names the labels whose confidence counts')
    const model = await fastTextOf(model_path, model_dir)
    const wanted = new Set([labels ?? []].flat().map(label => label.replace('__label__', '')))
    return {
      identity: model.digest,
      models: [model.file],
      computeStats(sample) {
        if (sample.stats['fasttext_score'] !== undefined) return
        const found = model.classify(sample.text(textKey)).filter(({ label }) => wanted.has(label))
        const sum = found.reduce((total, { score }) => total + score, 0)
        sample.stats['fasttext_score'] = Math.min(1, sum)
      },
      keep: sample => inRange(sample.stats['fasttext_score'], min_score, max_score),
    }
  },
})

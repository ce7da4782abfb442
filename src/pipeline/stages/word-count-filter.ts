import { z } from 'zod'
import { defineDocumentFilter } from '../document-parts.js'
import { ownModule } from '../parts.js'

/** Keeps documents by their number of words, which white space divides (NeMo Curator's WordCountFilter). */
export const WordCountFilter = defineDocumentFilter({
  module: ownModule,
  name: 'WordCountFilter',
  options: {
    minWords: z.int().min(0).default(50).describe('Fewest words that are kept.'),
    maxWords: z.int().min(0).default(100_000).describe('Most words that are kept.'),
  },
  create: ({ minWords, maxWords }) => ({
    scoreDocument: text => text.split(/\s+/u).filter(word => word !== '').length,
    keepDocument: score => Number(score) >= minWords && Number(score) <= maxWords,
  }),
})

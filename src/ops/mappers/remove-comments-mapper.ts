import { z } from 'zod'
import { defineMapper } from '../define.js'
import { bool } from '../params.js'

/** Removes the comments of LaTeX documents (Data-Juicer). */
export const removeCommentsMapper = defineMapper({
  name: 'remove_comments_mapper',
  summary: 'Removes comments of LaTeX documents.',
  params: {
    doc_type: z
      .union([z.string(), z.array(z.string())])
      .nullable()
      .default('tex')
      .describe('Kind of document; has no effect, only LaTeX is known.'),
    inline: bool(true).describe('Remove comments behind text, with the character before the percent sign.'),
    multiline: bool(true).describe('Remove lines that are nothing but a comment.'),
  },
  example: {
    params: { inline: false },
    cases: [{ before: { text: '% a draft\nRopes hold. % really\n' }, after: [{ text: 'Ropes hold. % really\n' }] }],
  },
  create: ({ inline, multiline }, { textKey }) => ({
    map(sample) {
      const before = sample.text(textKey)
      if (!before.includes('%')) return
      let text = before
      if (inline === true) text = text.replace(/[^\\]%[^\n]+/gu, '')
      if (multiline === true) text = text.replace(/(?<![^\n])%[^\n]*\n?/g, '')
      sample.setText(textKey, text)
    },
  }),
})

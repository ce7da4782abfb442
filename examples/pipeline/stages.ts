import { type DocumentBatch, defineStage, z } from 'pawl'

/** Cuts documents after so many characters, at the end of a word. */
export const Shorten = defineStage({
  module: import.meta.url,
  name: 'Shorten',
  options: { longest: z.int().min(1).describe('Characters that are kept at most.') },
  takes: ['DocumentBatch'],
  gives: ['DocumentBatch'],
  create: ({ longest }) => ({
    process: (batch: DocumentBatch) =>
      batch.withRows(batch.rows.map(row => ({ ...row, text: shorten(String(row['text']), longest) }))),
  }),
})

function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text
  const end = text.lastIndexOf(' ', longest)
  return text.slice(0, end > 0 ? end : longest)
}

import { z } from 'zod'
import { defineMapper } from '../define.js'
import { deleteChars } from '../text/delete-chars.js'

/** Deletes given characters (Data-Juicer). */
export const removeSpecificCharsMapper = defineMapper({
  name: 'remove_specific_chars_mapper',
  summary: 'Deletes given characters.',
  params: {
    chars_to_remove: z
      .union([z.string(), z.array(z.string())])
      .nullable()
      .default('◆●■►▼▲▴∆▻▷❖♡□')
      .describe('The characters: a string, or a list of strings whose characters all count.'),
  },
  example: {
    params: { chars_to_remove: '■●★' },
    cases: [{ before: { text: '■ Low tide ★ at nine' }, after: [{ text: ' Low tide  at nine' }] }],
  },
  create({ chars_to_remove }, { textKey }) {
    const points = new Set([...[chars_to_remove ?? ''].flat().join('')].map(c => c.codePointAt(0)!))
    const kept = new Uint8Array(0x10000).fill(1)
    for (const point of points) if (point < 0x10000) kept[point] = 0
    return {
      map: sample =>
        sample.setText(
          textKey,
          deleteChars(sample.text(textKey), kept, point => !points.has(point)),
        ),
    }
  },
})

import { z } from 'zod'
import { defineMapper } from '../define.js'
import { defaultFixes, TextFixer } from '../text/ftfy/fix-text.js'
import type { NormalForm } from '../text/ftfy/normalize.js'

const forms: readonly string[] = ['NFC', 'NFKC', 'NFD', 'NFKD']

/** Repairs broken Unicode: mojibake, HTML entities, odd widths, quotes, line breaks, control characters (ftfy 6.3.1, as in Data-Juicer). */
export const fixUnicodeMapper = defineMapper({
  name: 'fix_unicode_mapper',
  summary: 'Repairs broken Unicode and normalises it.',
  params: {
    normalization: z
      .string()
      .nullable()
      .default(null)
      .refine(form => form === null || form === '' || forms.includes(form.toUpperCase()), {
        message: `expected one of ${forms.join(', ')}`,
      })
      .describe('Normal form: NFC (the default), NFKC, NFD or NFKD, in any case.'),
  },
  example: {
    params: { normalization: 'NFKC' },
    cases: [{ before: { text: 'The lighthouseâ€™s ﬁrst cafÃ©' }, after: [{ text: "The lighthouse's first café" }] }],
  },
  create({ normalization }, { textKey }) {
    const form = (normalization || 'NFC').toUpperCase() as NormalForm
    // Its tables are built for the first text.
    let fixer: TextFixer | undefined
    return {
      map(sample) {
        const before = sample.text(textKey)
        fixer ??= new TextFixer({ ...defaultFixes, normalization: form })
        const after = fixer.fix(before)
        if (after !== before) sample.setText(textKey, after)
      },
    }
  },
})

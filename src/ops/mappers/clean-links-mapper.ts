import { z } from 'zod'
import { defineMapper } from '../define.js'
import { text } from '../params.js'
import { replaceLinks } from '../text/links.js'
import { PythonPattern, unwrapRawString } from '../text/python-regex/pattern.js'

/** Removes or replaces links (Data-Juicer). */
export const cleanLinksMapper = defineMapper({
  name: 'clean_links_mapper',
  summary: 'Replaces links.',
  params: {
    pattern: z
      .string()
      .nullable()
      .default(null)
      .describe('What to replace, in the syntax of the Python package `regex`.'),
    repl: text('').describe('What to put there; a Python template (`\\1`, `\\g<name>`).'),
  },
  example: {
    params: { repl: '<URL>' },
    cases: [
      { before: { text: 'See https://example.org/tides?day=1 for more.' }, after: [{ text: 'See <URL> for more.' }] },
    ],
  },
  create({ pattern, repl }, { textKey }) {
    const template = repl ?? ''
    const custom =
      pattern === null ? undefined : new PythonPattern(unwrapRawString(pattern), { module: 'regex', dotAll: true })
    return {
      map(sample) {
        const before = sample.text(textKey)
        const after = custom === undefined ? replaceLinks(before, template) : custom.sub(template, before)
        if (after !== before) sample.setText(textKey, after)
      },
    }
  },
})

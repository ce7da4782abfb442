import { z } from 'zod'
import { defineMapper } from '../define.js'
import { text } from '../params.js'
import { replaceEmails } from '../text/emails.js'
import { PythonPattern, unwrapRawString } from '../text/python-regex/pattern.js'

/** Removes or replaces e-mail addresses (Data-Juicer). */
export const cleanEmailMapper = defineMapper({
  name: 'clean_email_mapper',
  summary: 'Replaces e-mail addresses.',
  params: {
    pattern: z
      .string()
      .nullable()
      .default(null)
      .describe('What to replace, in the syntax of the Python package `regex`.'),
    repl: text('').describe('What to put there; a Python template (`\\1`, `\\g<name>`).'),
  },
  example: {
    params: { repl: '<EMAIL>' },
    cases: [{ before: { text: 'Write to jo.doe@example.org today.' }, after: [{ text: 'Write to <EMAIL> today.' }] }],
  },
  create({ pattern, repl }, { textKey }) {
    const template = repl ?? ''
    const custom =
      pattern === null ? undefined : new PythonPattern(unwrapRawString(pattern), { module: 'regex', dotAll: true })
    return {
      map(sample) {
        const before = sample.text(textKey)
        const after = custom === undefined ? replaceEmails(before, template) : custom.sub(template, before)
        if (after !== before) sample.setText(textKey, after)
      },
    }
  },
})

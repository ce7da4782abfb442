import { z } from 'zod'
import { SampleError } from '../../core/sample-error.js'
import { defineMapper } from '../define.js'
import { PythonPattern, unwrapRawString } from '../text/python-regex/pattern.js'

function compile(pattern: string | string[] | null): PythonPattern[] {
  return (pattern === null ? [] : [pattern].flat()).map(
    source => new PythonPattern(unwrapRawString(source), { module: 'regex', dotAll: true }),
  )
}

/** Replaces what regular expressions match (Data-Juicer). */
export const replaceContentMapper = defineMapper({
  name: 'replace_content_mapper',
  summary: 'Replaces what regular expressions match.',
  params: {
    pattern: z
      .union([z.string(), z.array(z.string())])
      .nullable()
      .default(null)
      .describe('What to replace, in the syntax of the Python package `regex`; several are applied in turn.'),
    repl: z
      .union([z.string(), z.array(z.string())])
      .nullable()
      .default('')
      .describe('What to put there, a Python template (`\\1`, `\\g<name>`); one for all patterns, or one for each.'),
  },
  example: {
    params: { pattern: ['\\d{4}-\\d{2}-\\d{2}', '\\b(\\w+)@\\w+'], repl: ['[date]', '\\1 at work'] },
    cases: [{ before: { text: 'jo@harbour wrote on 2024-05-17.' }, after: [{ text: 'jo at work wrote on [date].' }] }],
  },
  refuse({ pattern, repl }) {
    const patterns = compile(pattern)
    const templates = Array.isArray(repl) ? repl : patterns.map(() => repl ?? '')
    if (pattern !== null && templates.length !== patterns.length)
      return `${patterns.length} patterns and ${templates.length} repl: give one repl for all, or one for each`
    for (const [index, compiled] of patterns.entries()) compiled.checkTemplate(templates[index])
    return undefined
  },
  create({ pattern, repl }, { textKey }) {
    const patterns = compile(pattern)
    return {
      map(sample) {
        if (pattern === null) return
        let text = sample.text(textKey)
        for (const [i, compiled] of patterns.entries()) {
          const template = Array.isArray(repl) ? repl[i] : (repl ?? '')
          if (template === undefined)
            throw new SampleError('bad_value', `${patterns.length} patterns, but only ${repl?.length} replacements`)
          text = compiled.sub(template, text)
        }
        sample.setText(textKey, text)
      },
    }
  },
})

import { z } from 'zod'
import type { Mapper } from '../../core/operator.js'
import { text } from '../params.js'
import { PythonPattern, unwrapRawString } from '../text/python-regex/pattern.js'

/** Parameters of mappers that replace one kind of thing, or what a pattern of the recipe matches instead. */
export const replacingParams = {
  pattern: z
    .string()
    .nullable()
    .default(null)
    .describe('What to replace, in the syntax of the Python package `regex`.'),
  repl: text('').describe('What to put there; a Python template (`\\1`, `\\g<name>`).'),
}

interface Replacing {
  readonly pattern: string | null
  readonly repl: string | null
}

/** A mapper that replaces by a Python template: by `replaceKnown`, unless the recipe has a pattern of its own. */
export function replacing(
  { pattern, repl }: Replacing,
  textKey: string,
  replaceKnown: (text: string, template: string) => string,
): Omit<Mapper, 'kind'> {
  const template = repl ?? ''
  const custom =
    pattern === null ? undefined : new PythonPattern(unwrapRawString(pattern), { module: 'regex', dotAll: true })
  return {
    map(sample) {
      const before = sample.text(textKey)
      const after = custom === undefined ? replaceKnown(before, template) : custom.sub(template, before)
      if (after !== before) sample.setText(textKey, after)
    },
  }
}

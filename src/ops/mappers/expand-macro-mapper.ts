import { defineMapper } from '../define.js'
import { charSets } from '../text/char-set.js'

/** Writes out LaTeX macros without arguments (Data-Juicer). */
export const expandMacroMapper = defineMapper({
  name: 'expand_macro_mapper',
  summary: 'Writes out LaTeX macros that take no arguments.',
  params: {},
  example: {
    params: {},
    cases: [
      {
        before: { text: '\\newcommand{\\nn}{neural network}\nA \\nn maps.' },
        after: [{ text: '\\newcommand{neural network}{neural network}\nA neural network maps.' }],
      },
    ],
  },
  create: (_, { textKey }) => ({
    map(sample) {
      const before = sample.text(textKey)
      let text = before
      for (const [name, value] of macrosOf(before)) text = expand(text, name, value)
      sample.setText(textKey, text)
    },
  }),
})

/** Macros by name, those of \newcommand first; of several definitions the last counts. */
function macrosOf(text: string): Map<string, string> {
  const macros = new Map<string, string>()
  if (!text.includes('\\newcommand') && !text.includes('\\def')) return macros
  const space = `[${charSets.regexSpace().toClassBody()}]*`
  const heads = [
    /\\newcommand\*?\{(\\[a-zA-Z0-9]+)\}\{/g,
    new RegExp(`\\\\def${space}(\\\\[a-zA-Z0-9]+)${space}\\{`, 'gu'),
  ]
  for (const head of heads) collect(text, head, macros)
  return macros
}

/** A definition reaches to the end of its line, which must be a closing brace. */
function collect(text: string, head: RegExp, macros: Map<string, string>): void {
  let lineEnd = -1
  for (let match = head.exec(text); match !== null; match = head.exec(text)) {
    const start = match.index + match[0].length
    if (start > lineEnd) {
      const feed = text.indexOf('\n', start)
      lineEnd = feed < 0 ? text.length : feed
    }
    if (lineEnd > start && text[lineEnd - 1] === '}') {
      macros.set(match[1], text.slice(start, lineEnd - 1))
      head.lastIndex = lineEnd
    } else head.lastIndex = match.index + 1
  }
}

/** Replaces a macro where another character than a letter or digit follows; that character is looked at only once. */
function expand(text: string, name: string, value: string): string {
  let out = ''
  let from = 0
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at)) {
    const after = at + name.length
    if (after >= text.length) break
    if (/[a-zA-Z0-9]/.test(text[after])) {
      at++
      continue
    }
    const width = text.codePointAt(after)! > 0xffff ? 2 : 1
    out += text.slice(from, at) + value + text.slice(after, after + width)
    from = after + width
    at = from
  }
  return from === 0 ? text : out + text.slice(from)
}

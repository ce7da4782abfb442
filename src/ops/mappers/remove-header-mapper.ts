import { defineMapper } from '../define.js'
import { bool } from '../params.js'

/** Removes what stands before the first section of LaTeX documents (Data-Juicer). */
export const removeHeaderMapper = defineMapper({
  name: 'remove_header_mapper',
  summary: 'Removes what stands before the first section of LaTeX documents.',
  params: { drop_no_head: bool(true).describe('Empty the texts that have no section.') },
  example: {
    params: { drop_no_head: false },
    cases: [
      {
        before: { text: '\\documentclass{article}\n\\section{Ropes}\nRopes hold.' },
        after: [{ text: '\\section{Ropes}\nRopes hold.' }],
      },
    ],
  },
  create: ({ drop_no_head }, { textKey }) => ({
    map(sample) {
      const text = sample.text(textKey)
      const start = firstSection(text)
      if (start >= 0) sample.setText(textKey, text.slice(start))
      else if (drop_no_head === true) sample.setText(textKey, '')
    },
  }),
})

/** Where the first sectioning command with its argument stands: `{…}`, perhaps behind `[…]`, with anything inside. */
function firstSection(text: string): number {
  const head = /\\(?:chapter|part|(?:sub){0,2}section|(?:sub)?paragraph)\*?([[{])/g
  const lastBrace = text.lastIndexOf('}')
  let turn = -1
  for (let match = head.exec(text); match !== null; match = head.exec(text)) {
    let open = head.lastIndex - 1
    if (match[1] === '[') {
      if (turn < head.lastIndex) turn = text.indexOf(']{', head.lastIndex)
      if (turn < 0) turn = Number.POSITIVE_INFINITY
      open = turn + 1
    }
    if (lastBrace > open) return match.index
    head.lastIndex = match.index + 1
  }
  return -1
}

import { defineMapper } from '../define.js'

/** Removes the bibliography of LaTeX documents and all that follows it (Data-Juicer). */
export const removeBibliographyMapper = defineMapper({
  name: 'remove_bibliography_mapper',
  summary: 'Cuts LaTeX documents off at their bibliography or appendix.',
  params: {},
  example: {
    params: {},
    cases: [
      {
        before: { text: 'Ropes hold.\n\\begin{thebibliography}{9}\n\\bibitem{a} A. Author.\n\\end{thebibliography}\n' },
        after: [{ text: 'Ropes hold.\n' }],
      },
    ],
  },
  create: (_, { textKey }) => ({
    map(sample) {
      const text = sample.text(textKey)
      const lastBrace = text.lastIndexOf('}')
      const head = /\\appendix|\\begin\{(?:references|REFERENCES|thebibliography)\}|(\\bibliography\{)/g
      for (let match = head.exec(text); match !== null; match = head.exec(text)) {
        if (match[1] !== undefined && lastBrace < head.lastIndex) continue
        sample.setText(textKey, text.slice(0, match.index))
        return
      }
    },
  }),
})

import { defineMapper } from '../define.js'
import { htmlText } from '../text/html-text.js'

/** Reduces HTML to its text; items of lists get a star (Data-Juicer). */
export const cleanHtmlMapper = defineMapper({
  name: 'clean_html_mapper',
  summary: 'Reduces HTML to its text.',
  params: {},
  example: {
    params: {},
    cases: [
      {
        before: { text: '<p>Tides &amp; <b>times</b></p><ul><li>nine</li><li>ten</li></ul>' },
        after: [{ text: 'Tides & times\n*nine\n*ten' }],
      },
    ],
  },
  create: (_, { textKey }) => ({
    map(sample) {
      if (typeof sample.get(textKey) === 'object') return
      const listed = sample
        .text(textKey)
        .replaceAll('<li>', '\n*')
        .replaceAll('</li>', '')
        .replaceAll('<ol>', '\n*')
        .replaceAll('</ol>', '')
      sample.setText(textKey, htmlText(listed))
    },
  }),
})

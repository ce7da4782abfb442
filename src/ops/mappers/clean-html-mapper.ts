import { defineMapper } from '../define.js'
import { htmlText } from '../text/html-text.js'

/** Reduces HTML to its text; items of lists get a star (Data-Juicer). */
export const cleanHtmlMapper = defineMapper({
  name: 'clean_html_mapper',
  summary: 'Reduces HTML to its text.',
  params: {},
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

import { defineMapper } from '../define.js'
import { replaceLinks } from '../text/links.js'
import { replacing, replacingParams } from './replacing.js'

/** Removes or replaces links (Data-Juicer). */
export const cleanLinksMapper = defineMapper({
  name: 'clean_links_mapper',
  summary: 'Replaces links.',
  params: replacingParams,
  example: {
    params: { repl: '<URL>' },
    cases: [
      { before: { text: 'See https://example.org/tides?day=1 for more.' }, after: [{ text: 'See <URL> for more.' }] },
    ],
  },
  create: (params, { textKey }) => replacing(params, textKey, replaceLinks),
})

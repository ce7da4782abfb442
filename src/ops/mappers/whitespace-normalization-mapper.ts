import { defineMapper } from '../define.js'
import { charSets } from '../text/char-set.js'
import { CharMap } from '../text/map-chars.js'
import { strip } from '../text/python-text.js'

/** Strips the text and turns every kind of blank inside it into a plain space; line breaks stay (Data-Juicer). */
export const whitespaceNormalizationMapper = defineMapper({
  name: 'whitespace_normalization_mapper',
  summary: 'Strips texts and turns all kinds of blanks into plain spaces.',
  params: {},
  example: {
    params: {},
    cases: [{ before: { text: ' The\u00a0tide\u2003is low. ' }, after: [{ text: 'The tide is low.' }] }],
  },
  create(_, { textKey }) {
    const map = new CharMap(spaceLikes())
    return {
      map(sample) {
        const before = sample.text(textKey)
        const after = map.apply(strip(before))
        if (after !== before) sample.setText(textKey, after)
      },
    }
  },
})

function spaceLikes(): [string, string][] {
  const out: [string, string][] = []
  const { ranges } = charSets.spaceLike()
  for (let i = 0; i < ranges.length && ranges[i] < 0x10000; i += 2)
    for (let c = ranges[i]; c <= Math.min(ranges[i + 1], 0xffff); c++)
      if (c !== 0x20) out.push([String.fromCharCode(c), ' '])
  return out
}

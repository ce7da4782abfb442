import { defineMapper } from '../define.js'

/** Removes the copyright notice at the head of a source file (Data-Juicer). */
export const cleanCopyrightMapper = defineMapper({
  name: 'clean_copyright_mapper',
  summary: 'Removes copyright comments at the head of source code.',
  params: {},
  example: {
    params: {},
    cases: [
      {
        before: { text: '// Copyright 2024 Example Ltd.\n// All rights reserved.\nint main() {}' },
        after: [{ text: 'int main() {}' }],
      },
    ],
  },
  create: (_, { textKey }) => ({
    map: sample => sample.setText(textKey, cleanCopyright(sample.text(textKey))),
  }),
})

/** A first block comment decides alone; without one, comment lines and empty lines at the head go, whatever they say. */
function cleanCopyright(text: string): string {
  const open = text.indexOf('/*')
  const close = open < 0 ? -1 : text.indexOf('*/', open + 2)
  if (close >= 0) {
    const isNotice = /copyr[i\u0130]ght/i.test(text.slice(open, close))
    return isNotice ? text.slice(0, open) + text.slice(close + 2) : text
  }
  let at = 0
  while (at <= text.length) {
    const isSkipped =
      at === text.length || text[at] === '\n' || text[at] === '#' || isAt(text, at, '//') || isAt(text, at, '--')
    if (!isSkipped) return text.slice(at)
    const feed = text.indexOf('\n', at)
    if (feed < 0) return ''
    at = feed + 1
  }
  return ''
}

function isAt(text: string, at: number, what: string): boolean {
  return text.startsWith(what, at)
}

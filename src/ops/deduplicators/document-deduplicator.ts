import { createHash } from 'node:crypto'
import { fields } from '../../core/fields.js'
import { defineDeduplicator } from '../define.js'
import { bool } from '../params.js'
import { CharSet, charSets } from '../text/char-set.js'
import { isWellFormed, lower, strip } from '../text/python-text.js'
import { exactKeyBytes, resolveExact } from './resolve-exact.js'

/** Keeps the first of the samples whose text has the same MD5 (Data-Juicer). */
export const documentDeduplicator = defineDeduplicator({
  name: 'document_deduplicator',
  summary: 'Removes samples whose text equals that of an earlier one.',
  params: {
    lowercase: bool(false).describe('Compare texts in lower case.'),
    ignore_non_character: bool(false).describe('Leave white space, digits and ASCII punctuation out of account.'),
  },
  example: {
    params: { lowercase: true, ignore_non_character: true },
    cases: [
      {
        samples: [{ text: 'The tide is low.' }, { text: 'Read the log.' }, { text: 'the tide is low!' }],
        kept: [0, 1],
      },
    ],
  },
  create: ({ lowercase, ignore_non_character }, { textKey }) => ({
    recordBytes: exactKeyBytes,
    sign(sample, record, offset) {
      let text = sample.text(textKey)
      if (lowercase === true) text = lower(text)
      if (ignore_non_character === true) text = withoutNonCharacters(text)
      const digest = md5(strip(text))
      digest.copy(record, offset)
      sample.hashes = { ...sample.hashes, [fields.hash]: digest.toString('hex') }
    },
    resolve: resolveExact,
  }),
})

/** The MD5 of a text in UTF-8. Lone surrogates have no UTF-8 form: such texts are told apart by their UTF-16. */
function md5(text: string): Buffer {
  const hash = createHash('md5')
  if (!isWellFormed(text)) return hash.update('\ud800').update(text, 'utf16le').digest()
  return hash.update(text).digest()
}

let removed: Uint8Array | undefined

function buildRemoved(): Uint8Array {
  const table = charSets.regexSpace().bmp.slice()
  const digits = charSets.regexDigit().bmp
  const punctuation = CharSet.of('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~').bmp
  for (let c = 0; c < 0x10000; c++) table[c] |= digits[c] | punctuation[c]
  return table
}

function withoutNonCharacters(text: string): string {
  removed ??= buildRemoved()
  let out = ''
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    const isPair = (c & 0xfc00) === 0xd800 && charSets.regexDigit().has(text.codePointAt(i)!)
    if (removed[c] === 0 && !isPair) continue
    out += text.slice(from, i)
    if (isPair) i++
    from = i + 1
  }
  return from === 0 ? text : out + text.slice(from)
}

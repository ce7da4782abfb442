import { createHash } from 'node:crypto'
import { fields } from '../../core/fields.js'
import { defineDeduplicator } from '../define.js'
import { bool } from '../params.js'
import { CharSet, charSets } from '../text/char-set.js'
import { isWellFormed, lower, strip } from '../text/python-text.js'
import { exactComparison, exactKeyBytes, resolveExact } from './resolve-exact.js'

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
  create: (params, { textKey }) => ({
    recordBytes: exactKeyBytes,
    sign(sample, record, offset) {
      const digest = hashDocument(sample.text(textKey), { ...params, space: 'regex' })
      digest.copy(record, offset)
      sample.hashes = { ...sample.hashes, [fields.hash]: digest.toString('hex') }
    },
    resolve: resolveExact,
    comparison: exactComparison,
  }),
})

export interface DocumentHashOptions {
  readonly lowercase: boolean | null
  readonly ignore_non_character: boolean | null
  /** Of which Python module the classes of white space and digits are. */
  readonly space: 'regex' | 're'
}

/** The MD5 of a text, stripped, as parameters say. */
export function hashDocument(text: string, { lowercase, ignore_non_character, space }: DocumentHashOptions): Buffer {
  const cased = lowercase === true ? lower(text) : text
  return md5(strip(ignore_non_character === true ? withoutNonCharacters(cased, space) : cased))
}

/** The MD5 of a text in UTF-8. Lone surrogates have no UTF-8 form: such texts are told apart by their UTF-16. */
function md5(text: string): Buffer {
  const hash = createHash('md5')
  if (!isWellFormed(text)) return hash.update('\ud800').update(text, 'utf16le').digest()
  return hash.update(text).digest()
}

const classes = {
  regex: { space: charSets.regexSpace, digit: charSets.regexDigit },
  re: { space: charSets.reSpace, digit: charSets.reDigit },
} as const

const removedBy = new Map<'regex' | 're', Uint8Array>()

function buildRemoved(of: 'regex' | 're'): Uint8Array {
  const table = classes[of].space().bmp.slice()
  const digits = classes[of].digit().bmp
  const punctuation = CharSet.of('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~').bmp
  for (let c = 0; c < 0x10000; c++) table[c] |= digits[c] | punctuation[c]
  return table
}

function withoutNonCharacters(text: string, of: 'regex' | 're'): string {
  const removed = removedBy.get(of) ?? buildRemoved(of)
  removedBy.set(of, removed)
  let out = ''
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    const isPair = (c & 0xfc00) === 0xd800 && classes[of].digit().has(text.codePointAt(i)!)
    if (removed[c] === 0 && !isPair) continue
    out += text.slice(from, i)
    if (isPair) i++
    from = i + 1
  }
  return from === 0 ? text : out + text.slice(from)
}

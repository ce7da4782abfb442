import { z } from 'zod'
import type { Sample } from '../../core/sample.js'
import { SampleError } from '../../core/sample-error.js'
import { defineMapper } from '../define.js'
import { bool } from '../params.js'
import { PythonPattern, splitByPattern } from '../text/python-regex/pattern.js'
import { strip } from '../text/python-text.js'

/** Cuts texts into chunks, each a sample of its own (Data-Juicer). */
export const textChunkMapper = defineMapper({
  name: 'text_chunk_mapper',
  summary: 'Cuts texts into chunks, each a sample of its own.',
  params: {
    max_len: z.number().nullable().default(null).describe('Longest chunk, in code points.'),
    split_pattern: z
      .string()
      .nullable()
      .default('\\n\\n')
      .describe('Where to cut, a regular expression of Python; null cuts by length alone.'),
    overlap_len: z.number().default(0).describe('Code points that chunks cut by length share with the next.'),
    tokenizer: z.null().default(null).describe('A tokenizer to measure length by; not supported.'),
    trust_remote_code: bool(false).describe('Of the tokenizer; has no effect.'),
  },
  example: {
    params: { max_len: 20, split_pattern: '\\n', overlap_len: 0 },
    cases: [
      {
        before: { text: 'The tide is low.\nRead the log.' },
        after: [{ text: 'The tide is low.' }, { text: 'Read the log.' }],
      },
    ],
  },
  create({ max_len, split_pattern, overlap_len }, { textKey }) {
    if (max_len === null && split_pattern === null) throw new TypeError('set max_len or split_pattern')
    if (max_len !== null && overlap_len >= max_len) throw new RangeError('overlap_len must be less than max_len')
    const pattern = split_pattern === null ? undefined : new PythonPattern(split_pattern, { module: 're' })
    const chunk = (text: string) => {
      if (pattern === undefined) return byLength(text, { max: max_len!, overlap: overlap_len })
      return max_len === null ? byPattern(text, pattern) : byBoth(text, pattern, { max: max_len, overlap: overlap_len })
    }
    return {
      map(sample) {
        const text = sample.text(textKey)
        const chunks = chunk(text)
        if (chunks.length === 1 && chunks[0] === text) return
        // Emptied first, so that each chunk's sample is made of a short record.
        sample.set(textKey, '')
        return chunks.map((piece, i) => withText(sample.fork(i), textKey, piece))
      },
    }
  },
})

function withText(sample: Sample, textKey: string, text: string): Sample {
  sample.set(textKey, text)
  return sample
}

function byPattern(text: string, pattern: PythonPattern): string[] {
  return splitByPattern(pattern, text).filter(piece => piece !== undefined && strip(piece) !== '') as string[]
}

/** The offset `count` code points further, or the end. */
function advance(text: string, from: number, count: number): number {
  if (count >= text.length - from) return text.length
  let at = from
  for (let i = 0; i < count && at < text.length; i++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return at
}

/** In code points. */
interface ChunkLengths {
  readonly max: number
  readonly overlap: number
}

/** Windows of `max` code points, each `overlap` of them back from the end of the last; the last may be all overlap. */
function byLength(text: string, { max, overlap }: ChunkLengths): string[] {
  if (advance(text, 0, max) === text.length) return [text]
  const chunks: string[] = []
  for (let start = 0; start < text.length; start = advance(text, start, max - overlap))
    chunks.push(text.slice(start, advance(text, start, max)))
  return chunks
}

/** Cuts at the last match within `max` code points, or there where nothing matches. */
function byBoth(text: string, pattern: PythonPattern, { max, overlap }: ChunkLengths): string[] {
  const chunks: string[] = []
  for (let start = 0; ; ) {
    const end = advance(text, start, max)
    if (end === text.length) return [...chunks, text.slice(start)]
    const window = text.slice(start, end)
    let cut: { start: number; end: number } | undefined
    for (const match of pattern.matches(window)) cut = match
    const chunk = cut === undefined ? window : window.slice(0, cut.start)
    if (strip(chunk) !== '') chunks.push(chunk)
    const next = cut === undefined ? advance(text, start, max - overlap) : start + cut.end
    if (next === start)
      throw new SampleError('bad_value', `split_pattern ${JSON.stringify(pattern.source)} cuts nothing off the text`)
    start = next
  }
}

import type { Payload } from '../../core/operator.js'
import type { Sample } from '../../core/sample.js'
import { defineDeduplicator } from '../define.js'
import { bool, int } from '../params.js'
import { LineHasher, lineHashBytes } from '../text/line-hashes.js'
import { lineDecision } from './resolve-lines.js'

/** Removes lines that occur in many documents (Data-Juicer). */
export const documentLineDeduplicator = defineDeduplicator({
  name: 'document_line_deduplicator',
  summary: 'Removes from all samples the lines that occur in many of them.',
  params: {
    frequency_threshold: int(6).describe('Samples that a line may occur in; in more, it is removed from all.'),
    lowercase: bool(false).describe('Compare lines in lower case.'),
    ignore_special_character: bool(false).describe('Leave white space, digits and ASCII punctuation out of account.'),
    min_line_length: int(2).describe('Shorter lines always stay.'),
    skip_brackets: bool(true).describe('Lines of nothing but brackets and semicolons always stay.'),
    skip_markdown_headers: bool(true).describe('Lines that start with # always stay.'),
    skip_latex_env: bool(true).describe('Lines that begin or end an environment of LaTeX always stay.'),
    skip_html_tags: bool(true).describe('Lines of one HTML tag always stay.'),
  },
  example: {
    params: { frequency_threshold: 1 },
    cases: [
      {
        samples: [{ text: 'Home | About\nThe tide is low.' }, { text: 'Home | About\nRead the log.' }],
        result: [{ text: 'The tide is low.' }, { text: 'Read the log.' }],
      },
    ],
  },
  create(params, { textKey }) {
    const hasher = new LineHasher({
      lowercase: params.lowercase === true,
      ignoresSpecial: params.ignore_special_character === true,
      minLength: params.min_line_length ?? 2,
      skipsBrackets: params.skip_brackets === true,
      skipsHeaders: params.skip_markdown_headers === true,
      skipsLatex: params.skip_latex_env === true,
      skipsTags: params.skip_html_tags === true,
    })
    return {
      recordBytes: lineHashBytes,
      signMany: sample => hashesOf(sample.text(textKey), hasher),
      ...lineDecision(params.frequency_threshold ?? 6),
      edit(payload) {
        const common = readHashes(payload)
        return sample => removeLines(sample, { textKey, hasher, common })
      },
    }
  },
})

/** The hashes of a text's lines, each once. */
function hashesOf(text: string, hasher: LineHasher): Buffer {
  const lines = text.split('\n')
  const hashes = Buffer.allocUnsafe(lines.length * lineHashBytes)
  const seen = new Set<string>()
  let length = 0
  for (const line of lines) {
    if (!hasher.hash(line, hashes, length)) continue
    const hash = hashes.toString('latin1', length, length + lineHashBytes)
    if (seen.has(hash)) continue
    seen.add(hash)
    length += lineHashBytes
  }
  return hashes.subarray(0, length)
}

/** The hashes of the lines that go, of those that a partition has. */
function readHashes(payload: Payload): Set<string> {
  const bytes = Buffer.from(payload.next(payload.sizeBytes))
  const hashes = new Set<string>()
  for (let at = 0; at < bytes.length; at += lineHashBytes) hashes.add(bytes.toString('latin1', at, at + lineHashBytes))
  return hashes
}

interface Removal {
  readonly textKey: string
  readonly hasher: LineHasher
  readonly common: ReadonlySet<string>
}

const hash = Buffer.alloc(lineHashBytes)

function removeLines(sample: Sample, { textKey, hasher, common }: Removal): void {
  const lines = sample.text(textKey).split('\n')
  const kept = lines.filter(
    line => !hasher.hash(line, hash, 0) || !common.has(hash.toString('latin1', 0, lineHashBytes)),
  )
  if (kept.length < lines.length) sample.setText(textKey, kept.join('\n'))
}

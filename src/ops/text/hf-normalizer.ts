import { CharsMap } from './sentencepiece/chars-map.js'

/** A normalizer as `tokenizer.json` has it. */
export interface NormalizerConfig {
  readonly type: string
  readonly normalizers?: readonly NormalizerConfig[]
  readonly precompiled_charsmap?: string
  readonly pattern?: { readonly Regex: string }
  readonly content?: string
}

/** A normalizer in parts that the library knows, and what goes before them. */
export interface ReadNormalizer {
  readonly config: NormalizerConfig | null
  readonly before: ((text: string) => string) | undefined
}

/** What the normalizer of the Rust library named Nmt does, in the words of others. */
const nmt: readonly NormalizerConfig[] = [
  { type: 'Replace', pattern: { Regex: '[\\u0001-\\u0008\\u000b\\u000e-\\u001f\\u007f\\u008f\\u009f]' }, content: '' },
  {
    type: 'Replace',
    pattern: {
      Regex: '[\\u0009\\u000a\\u000c\\u000d\\u1680\\u200b-\\u200f\\u2028\\u2029\\u2581\\ufeff\\ufffd]',
    },
    content: ' ',
  },
]

/**
 * Writes a normalizer in parts that the library knows: Nmt as replacements, and a map of characters at the start as a
 * function, since the library has no map and takes NFKC for it.
 *
 * @throws {Error} where a map of characters comes after other parts
 */
export function readNormalizer(given: NormalizerConfig | null): ReadNormalizer {
  if (given === null) return { config: null, before: undefined }
  const parts = (given.type === 'Sequence' ? (given.normalizers ?? []) : [given]).flatMap(part =>
    part.type === 'Nmt' ? nmt : [part],
  )
  const [first, ...rest] = parts
  if (first?.type !== 'Precompiled') {
    if (parts.some(({ type }) => type === 'Precompiled'))
      throw new Error('its normalizer has a Precompiled part behind others, which is not supported')
    return { config: { type: 'Sequence', normalizers: parts }, before: undefined }
  }
  const map = new CharsMap(Buffer.from(first.precompiled_charsmap ?? '', 'base64'))
  const config = rest.length === 0 ? null : { type: 'Sequence', normalizers: rest }
  return { config, before: text => mapClusters(text, map) }
}

const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** Clusters with fewer bytes are mapped as a whole where any start of them is. */
const wholeBytes = 6

function mapClusters(text: string, map: CharsMap): string {
  let out = ''
  for (const { segment } of clusters.segment(text)) {
    const whole = Buffer.byteLength(segment) < wholeBytes ? map.shortest(segment) : undefined
    if (whole !== undefined) out += whole
    else for (const character of segment) out += map.shortest(character) ?? character
  }
  return out
}

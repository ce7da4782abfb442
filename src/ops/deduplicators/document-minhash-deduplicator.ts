import { z } from 'zod'
import type { Barrier, OperatorContext } from '../../core/operator.js'
import type { Sample } from '../../core/sample.js'
import { defineDeduplicator } from '../define.js'
import { sentencePieceOf } from '../models/sentencepiece-model.js'
import { minHash } from '../text/minhash.js'
import { permutations } from '../text/permutations.js'
import { joinedTokens, shingleParams, shingler } from '../text/shingles.js'
import { type Bands, optimalBands } from './bands.js'
import { dropAllButLeast, exportClustersParam } from './clusters.js'
import { bandBytes, type MinHashChoice, minHashBytes, minHashDecision } from './resolve-minhash.js'
import { placeBytes, writePlace } from './sample-place.js'

const defaults = { window_size: 5, num_permutations: 256, jaccard_threshold: 0.7 } as const

/** Parameters of MinHash, by all names that Data-Juicer has for it. */
export const minHashParams = {
  ...shingleParams(defaults.window_size),
  tokenization: z
    .enum(['space', 'punctuation', 'character', 'sentencepiece'])
    .nullable()
    .default('space')
    .describe(
      'What a token is: what stands between blanks, what stands between punctuation, a character, or a piece of `tokenizer_model`.',
    ),
  num_permutations: z
    .int()
    .min(1)
    .nullable()
    .default(defaults.num_permutations)
    .describe('Values in a signature; more tell near duplicates better, and cost more.'),
  jaccard_threshold: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(defaults.jaccard_threshold)
    .describe('Share of common shingles from which on texts are near duplicates, about.'),
  num_bands: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Bands of a signature; with `num_rows_per_band` in place of those that fit the threshold best.'),
  num_rows_per_band: z.int().min(1).nullable().default(null).describe('Values in a band.'),
  tokenizer_model: z
    .string()
    .nullable()
    .default(null)
    .describe('Path of the SentencePiece model of `tokenization: sentencepiece`, or its name in a folder of models.'),
} as const

type MinHashParams = z.output<z.ZodObject<typeof minHashParams>>

/** Keeps the first of the samples that share many of their shingles (Data-Juicer). */
export const documentMinhashDeduplicator = defineDeduplicator({
  name: 'document_minhash_deduplicator',
  summary: 'Removes samples whose text is nearly that of an earlier one, by MinHash.',
  params: { ...minHashParams, ...exportClustersParam },
  example: {
    params: { window_size: 3, jaccard_threshold: 0.6 },
    cases: [
      {
        samples: [
          { text: 'The ferry leaves the old pier at nine and is back before the tide turns in the evening.' },
          { text: 'The ferry leaves the old pier at nine and is back before the tide turns in the morning.' },
          { text: 'Nobody has seen the keeper of the lighthouse since the storm.' },
        ],
        kept: [0, 2],
      },
    ],
  },
  create: createMinHash,
})

/** MinHash as a barrier, and how many bands it compares. */
export interface MinHash extends Omit<Barrier, 'kind' | 'sign'> {
  readonly bands: number
  sign(sample: Sample, record: Uint8Array, offset: number): void
}

/** Builds MinHash as its parameters say. */
export function createMinHash(
  params: MinHashParams & { readonly export_clusters?: boolean },
  { textKey }: OperatorContext,
): MinHash {
  const count = params.num_permutations ?? defaults.num_permutations
  const { num_bands: bands, num_rows_per_band: rows } = params
  const cut =
    bands === null || rows === null
      ? optimalBands(params.jaccard_threshold ?? defaults.jaccard_threshold, count)
      : { bands, rows }
  const constants = permutations(count)
  const { shinglesOf, ...read } = shinglesBy(params)
  const takesShort = params.short_text === 'together'
  const signature = new Uint32Array(count)
  const placeAt = params.export_clusters === true ? minHashBytes(cut.bands) : undefined
  const recordBytes = minHashBytes(cut.bands) + (placeAt === undefined ? 0 : placeBytes)
  const drop: MinHashChoice['drop'] = (context, sets) => dropAllButLeast(context, sets, { recordBytes, placeAt })
  return {
    ...read,
    bands: cut.bands,
    recordBytes,
    sign(sample, record, offset) {
      const shingles = shinglesOf(sample.text(textKey))
      minHash(shingles, constants, signature)
      writeKeys(signature, cut, new DataView(record.buffer, record.byteOffset + offset))
      record[offset + cut.bands * bandBytes] = takesShort || shingles.count > 0 ? 1 : 0
      if (placeAt !== undefined) writePlace(sample, record, offset + placeAt)
    },
    ...minHashDecision(cut.bands, { recordBytes, drop }),
  }
}

/** What cuts texts into shingles, and the model that it reads. */
function shinglesBy(params: MinHashParams) {
  const { tokenization, tokenizer_model: name, ...rest } = params
  if (tokenization !== 'sentencepiece') return { shinglesOf: shingler({ ...rest, tokenization }, defaults.window_size) }
  if (name === null) throw new Error('tokenization: sentencepiece needs tokenizer_model, the path of a model')
  const { model, file, digest } = sentencePieceOf(name, null)
  const tokenize = (text: string) => joinedTokens(model.pieces(text))
  return { shinglesOf: shingler(rest, defaults.window_size, tokenize), identity: digest, models: [file] }
}

/** Writes a hash of 64 bits of each band. Bands beyond the signature are empty, and so all equal. */
function writeKeys(signature: Uint32Array, { bands, rows }: Bands, view: DataView): void {
  for (let band = 0; band < bands; band++) {
    let high = 0x243f6a88
    let low = 0x85a308d3
    const until = Math.min(signature.length, (band + 1) * rows)
    for (let i = band * rows; i < until; i++) {
      high = mixed(high ^ Math.imul(signature[i], 0xcc9e2d51), 0x85ebca6b)
      low = mixed(low ^ Math.imul(signature[i], 0x1b873593), 0xc2b2ae35)
    }
    view.setUint32(band * bandBytes, high >>> 0, true)
    view.setUint32(band * bandBytes + 4, low >>> 0, true)
  }
}

function mixed(word: number, factor: number): number {
  const product = Math.imul(word ^ (word >>> 16), factor)
  return Math.imul(product ^ (product >>> 13), 0x9e3779b1) + 0x52dce729
}

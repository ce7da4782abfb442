import { z } from 'zod'
import { fields } from '../../core/fields.js'
import { defineDeduplicator } from '../define.js'
import { shingleParams, shingler } from '../text/shingles.js'
import { simHash } from '../text/simhash.js'
import { exportClustersParam } from './clusters.js'
import { simHashBytes, simHashDecision } from './resolve-simhash.js'
import { placeBytes, writePlace } from './sample-place.js'

const defaults = { window_size: 6, num_blocks: 6, hamming_distance: 4 } as const

/** Keeps the first of the samples whose SimHashes differ in few bits (Data-Juicer). */
export const documentSimhashDeduplicator = defineDeduplicator({
  name: 'document_simhash_deduplicator',
  summary: 'Removes samples whose text is nearly that of an earlier one, by SimHash.',
  params: {
    ...shingleParams(defaults.window_size),
    ...exportClustersParam,
    num_blocks: z
      .int()
      .min(1)
      .max(64)
      .nullable()
      .default(defaults.num_blocks)
      .describe(
        'Blocks that Data-Juicer cuts a hash into to find near ones; more than `hamming_distance`. The result is the same for all.',
      ),
    hamming_distance: z
      .int()
      .min(0)
      .nullable()
      .default(defaults.hamming_distance)
      .describe('Most bits of 64 in which the hashes of near duplicates differ.'),
  },
  example: {
    params: { window_size: 1, hamming_distance: 6, num_blocks: 8 },
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
  create(params, { textKey }) {
    const distance = params.hamming_distance ?? defaults.hamming_distance
    const blocks = params.num_blocks ?? defaults.num_blocks
    if (blocks <= distance)
      throw new RangeError(`num_blocks must be more than hamming_distance; ${blocks} is not more than ${distance}`)
    const shinglesOf = shingler(params, defaults.window_size)
    const takesShort = params.short_text === 'together'
    const placeAt = params.export_clusters ? simHashBytes : undefined
    const recordBytes = simHashBytes + (placeAt === undefined ? 0 : placeBytes)
    return {
      recordBytes,
      sign(sample, record, offset) {
        const shingles = shinglesOf(sample.text(textKey))
        const { high, low } = simHash(shingles)
        const view = new DataView(record.buffer, record.byteOffset + offset, simHashBytes)
        view.setUint32(0, high, true)
        view.setUint32(4, low, true)
        view.setUint8(8, takesShort || shingles.count > 0 ? 1 : 0)
        if (placeAt !== undefined) writePlace(sample, record, offset + placeAt)
        const hash = (BigInt(high) << 32n) | BigInt(low)
        sample.hashes = { ...sample.hashes, [fields.simhash]: hash.toString() }
      },
      ...simHashDecision(distance, { recordBytes, placeAt }),
    }
  },
})

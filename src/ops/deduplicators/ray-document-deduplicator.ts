import { z } from 'zod'
import { fields } from '../../core/fields.js'
import { defineDeduplicator } from '../define.js'
import { bool } from '../params.js'
import { hashDocument } from './document-deduplicator.js'
import { describePlacement, placement } from './ray-params.js'
import { exactComparison, exactKeyBytes, resolveExact } from './resolve-exact.js'

const placementParams = placement({
  backend: z.enum(['ray_actor', 'redis']),
  redis_address: z.string(),
  dedup_set_num: z.union([z.int(), z.string()]),
})

/** Data-Juicer's name and value for the hash of a sample without text. */
const empty = 'EMPTY'

/** As `document_deduplicator`, but samples without text are told from those with nothing but blanks (Data-Juicer). */
export const rayDocumentDeduplicator = defineDeduplicator({
  name: 'ray_document_deduplicator',
  summary:
    'Removes samples whose text equals that of an earlier one; those without text are duplicates of one another.',
  params: {
    lowercase: bool(false).describe('Compare texts in lower case.'),
    ignore_non_character: bool(false).describe('Leave white space, digits and ASCII punctuation out of account.'),
    ...placementParams,
  },
  example: {
    params: { lowercase: true },
    cases: [{ samples: [{ text: 'Low tide' }, { text: 'low tide' }, { text: '' }, { text: ' ' }], kept: [0, 2, 3] }],
  },
  substitute: params => describePlacement(params, Object.keys(placementParams)),
  create: (params, { textKey }) => ({
    recordBytes: exactKeyBytes,
    sign(sample, record, offset) {
      const value = sample.get(textKey)
      const isEmpty = value === undefined || value === null || value === ''
      const digest = isEmpty ? undefined : hashDocument(sample.text(textKey), { ...params, space: 're' })
      if (digest === undefined) record.fill(0xff, offset, offset + exactKeyBytes)
      else digest.copy(record, offset)
      sample.hashes = { ...sample.hashes, [fields.hash]: digest?.toString('hex') ?? empty }
    },
    resolve: resolveExact,
    comparison: exactComparison,
  }),
})

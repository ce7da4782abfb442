import { z } from 'zod'
import { defineDeduplicator } from '../define.js'
import { exportClustersParam } from './clusters.js'
import { createMinHash, documentMinhashDeduplicator, minHashParams } from './document-minhash-deduplicator.js'
import { describePlacement, placement } from './ray-params.js'

const placementParams = placement({
  union_find_parallel_num: z.union([z.int(), z.string()]),
  union_threshold: z.int(),
  max_pending_edge_buffer_task: z.int(),
  num_edge_buffer_task_returns: z.int(),
  max_pending_filter_tasks: z.int(),
  num_filter_task_returns: z.int(),
  merge_batch_size: z.int(),
  minhash_batch_size: z.union([z.int(), z.string()]),
  memory_per_sample: z.number(),
  actor_memory: z.number(),
  task_memory: z.number(),
})

/** Data-Juicer's MinHash for Ray is, here, that of `document_minhash_deduplicator`. */
function rayMinhash(name: string) {
  return defineDeduplicator({
    name,
    summary: 'The same as document_minhash_deduplicator, under the name that it has for Ray.',
    params: { ...minHashParams, ...exportClustersParam, ...placementParams },
    example: documentMinhashDeduplicator.example as never,
    substitute: params => describePlacement(params, Object.keys(placementParams)),
    create: createMinHash,
  })
}

export const rayBtsMinhashDeduplicator = rayMinhash('ray_bts_minhash_deduplicator')
export const rayBtsMinhashCppDeduplicator = rayMinhash('ray_bts_minhash_cpp_deduplicator')

import { noCounts } from '../core/records.js'
import type { Sample } from '../core/sample.js'
import { RunningCounts } from '../execution/contents/counts.js'
import type { PartitionState } from '../execution/coordinator/scheduler/partition-state.js'
import { SourceReader } from '../execution/work/segment/source-reader.js'
import type { FinishedJob } from './finished-samples.js'
import { placeKey } from './places.js'
import { ownerOf } from './trace-sample.js'

/** A record of the input, and the partition (or piece) that it was read in. */
export interface RecordAt {
  readonly key: string
  readonly state: PartitionState
  readonly sample: Sample
}

/** Reads records of a job's input again, those whose `placeKey` is wanted; files that hold none of them are not read. */
export async function* samplesAt(
  { job, spec, places }: FinishedJob,
  files: ReadonlySet<string>,
  wanted: { has(key: string): boolean },
): AsyncGenerator<RecordAt> {
  const seen = new Set<string>()
  for (const state of job.states) {
    if (seen.has(state.partition) || !state.slices.some(({ path }) => files.has(path))) continue
    seen.add(state.partition)
    const input = { kind: 'source', slices: state.slices, stamps: state.stamps, shares: state.shares } as const
    const counts = new RunningCounts(noCounts)
    const reader = new SourceReader({ ...spec, onError: 'skip' }, input, {
      partition: state.key,
      counts: () => counts,
    })
    for await (const { samples } of reader.batches())
      for (const sample of samples) {
        const key = placeKey(places.of(state.slices[sample.origin.slice], sample.origin))
        if (wanted.has(key)) yield { key, state: ownerOf(job, state, sample), sample }
      }
  }
}

import { noCounts } from '../core/records.js'
import type { Sample } from '../core/sample.js'
import type { JobSpec } from '../core/work-unit.js'
import { RunningCounts } from '../execution/counts.js'
import type { PartitionState } from '../execution/scheduler/partition-state.js'
import { SourceReader } from '../execution/segment/source-reader.js'
import type { CommittedJob } from './open-committed.js'

/** Records of a job's input, by file and place: `["/data/a.jsonl","@120"]`, or by record number where a format has no bytes. */
export async function* samplesAt(
  { states }: CommittedJob,
  spec: JobSpec,
  isWanted: (key: string) => boolean,
): AsyncGenerator<{ readonly key: string; readonly state: PartitionState; readonly sample: Sample }> {
  const seen = new Set<string>()
  for (const state of states) {
    if (seen.has(state.partition)) continue
    seen.add(state.partition)
    const input = { kind: 'source', slices: state.slices, stamps: state.stamps, shares: state.shares } as const
    const counts = new RunningCounts(noCounts)
    const reader = new SourceReader({ ...spec, onError: 'skip' }, input, state.key, () => counts)
    for await (const { samples } of reader.batches())
      for (const sample of samples) {
        const { slice, line, offset } = sample.origin
        const { path, cut } = state.slices[slice]
        const start = cut.kind === 'groups' ? cut.start : 0
        const key = JSON.stringify([path, offset >= 0 ? `@${offset}` : `${start}:${line}`])
        if (isWanted(key)) yield { key, state, sample }
      }
  }
}

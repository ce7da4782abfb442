import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Origin } from '../../../core/origin.js'
import { noCounts } from '../../../core/records.js'
import { Sample } from '../../../core/sample.js'
import { SourceText } from '../../../core/source-text.js'
import type { JobSpec, TraceUnit } from '../../../core/work-unit.js'
import { hashToUnit } from '../../../util/hash.js'
import { RunningCounts } from '../../contents/counts.js'
import { SourceReader } from '../segment/source-reader.js'

/** A sample that is traced, with the keyed hash of its origin. */
export interface TracedSample {
  readonly hash: number
  readonly sample: Sample
}

/** Bytes of samples that are held at most; those with the largest hashes go first. */
const mostBytes = 64_000_000

/** The samples of a partition with the smallest keyed hashes of their origins, ascending. */
export async function chooseSamples(
  job: JobSpec,
  unit: TraceUnit,
  onBatch: (samples: number, bytes: number) => void,
): Promise<TracedSample[]> {
  const counts = new RunningCounts(noCounts)
  // A record that is no sample was told of when it was read for good.
  const reader = new SourceReader({ ...job, onError: 'skip' }, unit.input, {
    partition: unit.partition,
    counts: () => counts,
  })
  const excluded = setAsideOrdinals(job, unit)
  const chosen = new Chosen(unit.settings.samples)
  let bytes = 0
  for await (const batch of reader.batches()) {
    bytes += batch.bytes
    for (const sample of batch.samples) {
      const { ordinal } = sample.origin
      if (excluded.has(ordinal)) continue
      const hash = hashToUnit(`trace\n${job.seed}\n${placeIn(unit, sample.origin)}`)
      if (hash < chosen.limit) chosen.add({ hash, sample: detach(sample) })
    }
    onBatch(batch.to, bytes)
  }
  return chosen.finish()
}

/** Where a sample stands, by its file's name and its place there: the same however the file is cut, and wherever it lies. */
function placeIn({ input }: TraceUnit, { slice, offset, line }: Origin): string {
  const { path, cut } = input.slices[slice]
  const start = cut.kind === 'groups' ? cut.start : 0
  return `${basename(path)}\n${offset >= 0 ? offset : `${start}:${line}`}`
}

/** A sample on bytes of its own, so that the batch it came in can go. */
function detach(sample: Sample): Sample {
  const { bytes, start, end } = sample.toJsonText()
  const own = Buffer.from(bytes.subarray(start, end))
  return new Sample(sample.origin, new SourceText(own, 0, own.length))
}

class Chosen {
  #samples: TracedSample[] = []
  limit = Number.POSITIVE_INFINITY

  constructor(readonly most: number) {}

  add(sample: TracedSample): void {
    this.#samples.push(sample)
    if (this.#samples.length >= this.most * 2) this.finish()
  }

  finish(): TracedSample[] {
    this.#samples.sort((a, b) => a.hash - b.hash)
    let held = 0
    const fits = this.#samples.findIndex(({ sample }, index) => {
      const { start, end } = sample.toJsonText()
      held += end - start
      return index >= this.most || (index > 0 && held > mostBytes)
    })
    if (fits >= 0) this.#samples.length = fits
    if (this.#samples.length >= this.most || fits >= 0)
      this.limit = this.#samples.at(-1)?.hash ?? Number.POSITIVE_INFINITY
    return this.#samples
  }
}

/** Records whose samples are in quarantine: some of them killed workers. */
function setAsideOrdinals(job: JobSpec, { parts }: TraceUnit): Set<number> {
  const ordinals = new Set<number>()
  for (const { quarantine } of parts)
    for (const { path } of quarantine)
      for (const line of readFileSync(resolve(job.jobDir, path), 'utf8').split('\n'))
        if (line !== '') ordinals.add(ordinalIn(line))
  return ordinals
}

function ordinalIn(line: string): number {
  const { ordinal } = JSON.parse(line) as { ordinal: number }
  return ordinal
}

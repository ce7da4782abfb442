import type { UnitReport } from '../core/report.js'
import type { DigestResult, DigestUnit, JobSpec } from '../core/work-unit.js'
import { readSlice } from '../io/open-reader.js'
import { Checksum } from '../util/hash.js'

/** Digests a partition's input without processing it: as a whole, or piece by piece where it was committed in pieces. */
export async function runDigest(job: JobSpec, unit: DigestUnit, report: UnitReport): Promise<DigestResult> {
  const ends = unit.pieces ?? [Number.POSITIVE_INFINITY]
  const digests: string[] = []
  let checksum = new Checksum()
  let records = 0
  let bytes = 0
  const options = { batchBytes: job.batchBytes, maxRecordBytes: job.maxSampleBytes, textKey: job.textKeys[0] }
  for (const slice of unit.input.slices) {
    for await (const batch of readSlice(slice, options)) {
      checksum.update(batch.raw)
      records += batch.records.length
      bytes += batch.raw.length
      report.progress({ samples: records, bytes })
      if (records < ends[digests.length]) continue
      digests.push(checksum.digest())
      checksum = new Checksum()
      records = 0
    }
  }
  if (unit.pieces === undefined || records > 0) digests.push(checksum.digest())
  return { kind: 'digest', digests }
}

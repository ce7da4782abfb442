import { join } from 'node:path'
import type { JobSpec, SegmentUnit } from '../../../core/work-unit.js'
import type { RecordBatch } from '../../../io/reader.js'
import { StagedFile } from '../../../util/durable-file.js'

const lineEnd = Buffer.from('\n')

/** A copy of a partition's records as JSONL under `partitions/`, for `intermediate_storage.write_partitions`. */
export class InputCopy {
  readonly #file: StagedFile

  constructor(
    readonly job: JobSpec,
    readonly unit: SegmentUnit,
  ) {
    this.#file = StagedFile.create(job.partitionDir, job.writer, `${unit.partition}.${unit.attempt}`)
  }

  add({ bytes, records }: RecordBatch): void {
    for (const record of records) {
      if (record.kind === 'record') this.#file.write(bytes.subarray(record.start, record.end))
      else if (record.bytes !== undefined) this.#file.write(record.bytes)
      else continue
      this.#file.write(lineEnd)
    }
  }

  /** Named after its content, so that a retry finds its own copy and an edited input gets another. */
  publish(digest: string): void {
    this.#file.seal()
    this.#file.publish(join(this.job.partitionDir, `${this.unit.partition}.${digest.slice(0, 10)}.jsonl`))
  }

  discard(): void {
    this.#file.discard()
  }
}

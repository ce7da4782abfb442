import { join } from 'node:path'
import type { Origin } from '../../core/origin.js'
import type { FileRef } from '../../core/records.js'
import type { Sample } from '../../core/sample.js'
import type { JobSpec } from '../../core/work-unit.js'
import { StagedFile } from '../../util/durable-file.js'

/** What stands in quarantine for one sample or one defective place of the source. */
export interface QuarantineEntry {
  readonly partition: string
  readonly ordinal: number
  /** The operator that failed on it, or `reader`. */
  readonly operator: string
  readonly code: string
  readonly error: string
  readonly file: string
  /** Line in the slice, from 1; `line_base` is the offset where the slice starts, 0 for a whole file. */
  readonly line: number
  readonly line_base: number
  readonly byte_offset: number
  readonly length_bytes: number
  /** The JSON text, where it is text; otherwise the bytes in base64; neither where it is too large to carry. */
  readonly sample?: string
  readonly sample_base64?: string
}

/** What is set aside of a place of the input, and why. */
export interface SetAside {
  readonly place: { readonly path: string; readonly base: number }
  readonly operator: string
  readonly error: { readonly code: string; readonly message: string }
  readonly bytes: Buffer
  /** How many there are, where they are too many to carry. */
  readonly lengthBytes?: number
}

/**
 * Collects what a unit sets aside, one JSON object a line. The file comes into being with its first
 * entry and is published with the unit's other output.
 */
export class QuarantineWriter {
  #file: StagedFile | undefined
  #rows = 0

  constructor(
    readonly job: Pick<JobSpec, 'jobDir' | 'writer' | 'maxSampleBytes'>,
    readonly name: string,
  ) {}

  /** Sets aside a sample, with its text as it is now. */
  addSample(sample: Sample, why: Omit<SetAside, 'bytes' | 'lengthBytes'>): void {
    const { bytes, start, end } = sample.toJsonText()
    this.addBytes(sample.origin, { ...why, bytes: bytes.subarray(start, end) })
  }

  addBytes(origin: Origin, { place, operator, error, bytes, lengthBytes = bytes.length }: SetAside): void {
    const entry: QuarantineEntry = {
      partition: origin.partition,
      ordinal: origin.ordinal,
      operator,
      code: error.code,
      error: error.message,
      file: place.path,
      line: origin.line,
      line_base: place.base,
      byte_offset: origin.offset,
      length_bytes: lengthBytes,
      ...this.#carry(bytes),
    }
    this.#file ??= StagedFile.create(join(this.job.jobDir, 'quarantine'), this.job.writer, this.name)
    this.#file.write(Buffer.from(`${JSON.stringify(entry)}\n`))
    this.#rows++
  }

  /** Publishes what was set aside, if anything was. */
  publish(publishFile: (file: StagedFile, rows: number) => FileRef): FileRef | undefined {
    if (this.#file === undefined) return undefined
    const file = this.#file
    this.#file = undefined
    return publishFile(file, this.#rows)
  }

  discard(): void {
    this.#file?.discard()
  }

  #carry(bytes: Buffer): Pick<QuarantineEntry, 'sample' | 'sample_base64'> {
    if (bytes.length === 0 || bytes.length > this.job.maxSampleBytes) return {}
    const text = bytes.toString()
    return Buffer.from(text).equals(bytes) ? { sample: text } : { sample_base64: bytes.toString('base64') }
  }
}

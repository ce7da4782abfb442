import { basename } from 'node:path'
import type { Origin } from '../../../core/origin.js'
import { Sample } from '../../../core/sample.js'
import type { Slice } from '../../../core/slice.js'
import { SourceText } from '../../../core/source-text.js'
import type { JobSpec, SourceInput } from '../../../core/work-unit.js'
import { addConstants } from '../../../io/columns/add-constants.js'
import { readSlice } from '../../../io/open-reader.js'
import type { RecordBatch, SourceRecord } from '../../../io/reader.js'
import { stampFile } from '../../../util/file-stamp.js'
import { Checksum, hashToUnit } from '../../../util/hash.js'
import { countNonFinite, JsonSyntaxError, type Span } from '../../../util/json-scan.js'
import { nullNonFinite } from '../../../util/json-value.js'
import type { RunningCounts } from '../../contents/counts.js'
import type { QuarantineWriter, SetAside } from '../../contents/quarantine-writer.js'
import { UnitFailure } from '../../protocol/unit-failure.js'
import { sliceMark } from '../slice-mark.js'
import { countLines } from './count-lines.js'
import type { InputBatch } from './input-batch.js'

/** Where the lines of a slice start to count, for messages and quarantine. */
export function placeOf(slice: Slice): { readonly path: string; readonly base: number } {
  return { path: slice.path, base: slice.cut.kind === 'bytes' ? slice.cut.start : 0 }
}

/** `line 12` where the line in the file is known, otherwise the byte. */
export function describePlace(origin: Origin, base: number): string {
  return base === 0 ? `line ${origin.line}` : `byte ${origin.offset}`
}

/** Whose samples are read, and who is told of what is read. */
interface SourceUse {
  readonly partition: string
  readonly counts: () => RunningCounts
  readonly onRaw?: (batch: RecordBatch) => void
}

/**
 * Reads a partition's slices, in order, as samples. Places that hold no valid record go to quarantine,
 * which must be set before the first batch is asked for and may be exchanged between batches.
 */
export class SourceReader {
  quarantine: QuarantineWriter | undefined
  #checksum = new Checksum()
  #ordinal = 0
  #slice = 0

  /** Samples belong to it from now on. */
  partition: string
  readonly counts: SourceUse['counts']
  readonly onRaw: SourceUse['onRaw']

  constructor(
    readonly job: JobSpec,
    readonly input: SourceInput,
    { partition, counts, onRaw }: SourceUse,
  ) {
    this.partition = partition
    this.counts = counts
    this.onRaw = onRaw
  }

  /** Digest of all that was read since the last call. */
  takeDigest(): string {
    const digest = this.#checksum.digest()
    this.#checksum = new Checksum()
    return digest
  }

  /** Reads past batches without processing them while `skip` says so, given the ordinals `[from, to)` of a batch. */
  async *batches(skip: (from: number, to: number) => boolean = () => false): AsyncGenerator<InputBatch> {
    let sliceBytes = 0
    for (const [index, slice] of this.input.slices.entries()) {
      this.#slice = index
      this.#checkUnchanged(index)
      if (index > 0) this.#checksum.update(sliceMark(index, sliceBytes))
      sliceBytes = 0
      let lines = 0
      for await (const batch of this.#read(slice)) {
        const from = this.#ordinal
        const to = from + batch.records.length
        this.#checksum.update(batch.raw)
        sliceBytes += batch.raw.length
        this.#ordinal = to
        lines = slice.cut.kind === 'bytes' ? countLines(lines, batch) : (batch.records.at(-1)?.line ?? lines)
        const counts = this.counts()
        counts.lines[index] = lines
        if (skip(from, to)) {
          yield { samples: [], from, to, bytes: batch.raw.length }
          continue
        }
        this.onRaw?.(batch)
        counts.bytes += batch.raw.length
        yield { samples: this.#samplesOf(batch, from, counts), from, to, bytes: batch.raw.length }
      }
      this.#checkUnchanged(index)
    }
  }

  #read(slice: Slice): AsyncIterable<RecordBatch> {
    return readSlice(slice, {
      batchBytes: this.job.batchBytes,
      maxRecordBytes: this.job.maxSampleBytes,
      textKey: this.job.textKeys[0],
    })
  }

  #samplesOf(batch: RecordBatch, from: number, counts: RunningCounts): Sample[] {
    const share = this.input.shares[this.#slice]
    const samples: Sample[] = []
    for (let i = 0; i < batch.records.length; i++) {
      const record = batch.records[i]
      const origin = {
        partition: this.partition,
        ordinal: from + i,
        slice: this.#slice,
        line: record.line,
        offset: record.offset,
      }
      counts.read++
      if (share < 1 && !this.#isTaken(origin, share)) {
        counts.notTaken++
        continue
      }
      if (record.kind === 'defect') {
        const { code, message, lengthBytes } = record
        this.#setAside(origin, { bytes: record.bytes ?? Buffer.alloc(0), lengthBytes, error: { code, message } })
        continue
      }
      try {
        const sample = this.#toSample(origin, batch.bytes, record)
        if (sample !== undefined) samples.push(sample)
      } catch (error) {
        if (!(error instanceof JsonSyntaxError)) throw error
        const bytes = batch.bytes.subarray(record.start, record.end)
        this.#setAside(origin, { bytes, error: describeSyntax(record, error) })
      }
    }
    return samples
  }

  #toSample(origin: Origin, bytes: Buffer, { start, end }: Span): Sample | undefined {
    const key = this.job.textKeys[0]
    const { reading } = this.input.slices[this.#slice]
    const before = countNonFinite()
    const sample = Sample.scan(origin, new SourceText(bytes, start, end), key)
    const isKept = countNonFinite() === before || this.job.nan === 'keep'
    if (isKept && reading?.constants === undefined) return sample
    if (!isKept && this.job.nan === 'refuse') {
      const message = 'it holds NaN or an infinity, which nan: refuse does not take'
      this.#setAside(origin, { bytes: bytes.subarray(start, end), error: { code: 'bad_value', message } })
      return undefined
    }
    const finite = isKept ? { bytes: bytes.subarray(start, end), count: 0 } : nullNonFinite(bytes.subarray(start, end))
    if (finite.count > 0) this.counts().nulled += finite.count
    const range = { start: 0, end: finite.bytes.length }
    const text = reading?.constants ? addConstants(finite.bytes, range, reading.constants) : finite.bytes
    return Sample.scan(origin, new SourceText(text, 0, text.length), key)
  }

  #setAside(origin: Origin, defect: Pick<SetAside, 'bytes' | 'lengthBytes' | 'error'>): void {
    const { code, message: what } = defect.error
    this.counts().defects++
    const slice = this.input.slices[origin.slice]
    if (this.job.onError === 'fail') {
      const { path, base } = placeOf(slice)
      const message = `${path}, ${describePlace(origin, base)}: ${what}; on_error is "fail", with "quarantine" it would be set aside`
      throw new UnitFailure({ code, message, consequence: 'stop_job', path })
    }
    if (this.job.onError === 'quarantine')
      this.quarantine?.addBytes(origin, { ...defect, place: placeOf(slice), operator: 'reader' })
  }

  /** Membership in a weighted mixture: a hash of seed, file and place, so that it is the same on every run. */
  #isTaken(origin: Origin, share: number): boolean {
    const slice = this.input.slices[origin.slice]
    const start = slice.cut.kind === 'groups' ? slice.cut.start : 0
    const place = origin.offset >= 0 ? String(origin.offset) : `${start}:${origin.line}`
    return hashToUnit(`${this.job.seed}\n${basename(slice.path)}\n${place}`) < share
  }

  #checkUnchanged(index: number): void {
    const { path } = this.input.slices[index]
    if (stampFile(path) === this.input.stamps[index]) return
    const message = `${path} changed while the job was running; run the job again once nobody writes to it: only what depends on it is redone`
    throw new UnitFailure({ code: 'input_changed', message, consequence: 'fail_unit', path })
  }
}

function describeSyntax(
  record: SourceRecord & { kind: 'record' },
  error: JsonSyntaxError,
): { code: string; message: string } {
  return { code: 'not_json', message: `${error.message} at byte ${error.offset - record.start + 1} of the record` }
}

import { join } from 'node:path'
import type { Barrier } from '../../../core/operator.js'
import type { Counts, FileRef } from '../../../core/records.js'
import type { Sample } from '../../../core/sample.js'
import type { SegmentResult } from '../../../core/unit-result.js'
import type { JobSpec, SegmentUnit } from '../../../core/work-unit.js'
import { StagedFile } from '../../../util/durable-file.js'
import { storedPath } from '../../../util/stored-path.js'
import { type CheckpointWriter, checkpointSuffix, openCheckpointWriter } from '../../contents/checkpoint-writer.js'
import { FilesReadWriter } from '../../contents/files-read.js'
import { QuarantineWriter } from '../../contents/quarantine-writer.js'
import { isSystemError, UnitFailure } from '../../protocol/unit-failure.js'
import { RecordBuffer } from '../barrier/record-buffer.js'

/** Whose signatures a segment writes, and what to do with a sample that cannot be signed. */
export interface Signing {
  readonly operator: Barrier
  readonly index: number
  /** Columns of numbers that the operator takes for text. */
  readonly spelled: ReadonlySet<string> | undefined
}

/** Who writes: a unit of a job, and whose signatures it makes on the way. */
interface OutputOwner {
  readonly job: JobSpec
  readonly unit: SegmentUnit
  readonly signing: Signing | undefined
}

/** Files under way, each only where the unit makes one. */
interface StagedRows {
  readonly points: { readonly file: StagedFile; readonly writer: CheckpointWriter } | undefined
  readonly signatures: StagedFile | undefined
}

/**
 * What a unit (or one piece of it) writes: the point's rows, signatures for the barrier that follows,
 * quarantine, and which files its samples named. Everything is staged; `publish` gives all of it names, rows first. What was staged and not
 * published is removed by `discard`, or after a crash as garbage.
 */
export class SegmentOutput {
  readonly quarantine: QuarantineWriter
  readonly filesRead: FilesReadWriter
  readonly #sliceRows: number[]
  /** Signature records of each slice. */
  readonly #signatureRows: number[]
  #rows = 0
  #records = 0

  readonly job: JobSpec
  readonly unit: SegmentUnit
  readonly signing: Signing | undefined
  readonly points: StagedRows['points']
  readonly signatures: StagedRows['signatures']

  private constructor(
    { job, unit, signing }: OutputOwner,
    readonly partition: string,
    { points, signatures }: StagedRows,
  ) {
    this.job = job
    this.unit = unit
    this.signing = signing
    this.points = points
    this.signatures = signatures
    const name = `${partition}.op${unit.fromOp}-${unit.toOp}.${unit.attempt}.jsonl`
    this.#sliceRows = unit.slices.map(() => 0)
    this.#signatureRows = unit.slices.map(() => 0)
    this.quarantine = new QuarantineWriter(job, name)
    this.filesRead = new FilesReadWriter(
      job.checkpointDir,
      job.writer,
      `${partition}.op${unit.toOp}.${unit.attempt}.files`,
    )
  }

  static async open(owner: OutputOwner, partition: string): Promise<SegmentOutput> {
    const { job, unit, signing } = owner
    const folder = job.checkpointDir
    const name = `${partition}.op${unit.toOp}.${unit.attempt}`
    const file = unit.signsOnly ? undefined : StagedFile.create(folder, job.writer, name)
    const points = file === undefined ? undefined : { file, writer: await openCheckpointWriter(file, unit.encoding) }
    const signatures = signing === undefined ? undefined : StagedFile.create(folder, job.writer, `${name}.signatures`)
    return new SegmentOutput(owner, partition, { points, signatures })
  }

  /**
   * Appends samples, which `onFailure` is told of where they cannot be signed; those are left out.
   *
   * @returns how long that took, the signing by itself
   */
  async write(
    samples: readonly Sample[],
    onFailure: (sample: Sample, error: unknown) => void,
  ): Promise<{ signMs: number; writeMs: number }> {
    const started = performance.now()
    const signed = this.#sign(samples, onFailure)
    const hasSigned = performance.now()
    await this.points?.writer.write(signed)
    this.#rows += signed.length
    for (const { origin } of signed) this.#sliceRows[origin.slice]++
    return { signMs: hasSigned - started, writeMs: performance.now() - hasSigned }
  }

  async publish(fingerprint: string, counts: Counts, digest: string | undefined): Promise<SegmentResult> {
    const { unit, partition } = this
    const stem = `${partition}.op${unit.toOp}.${fingerprint.slice(0, 10)}.${unit.attempt}`
    let file: FileRef | undefined
    if (this.points !== undefined) {
      await this.points.writer.finish()
      file = this.#publishFile(
        this.points.file,
        join(this.job.checkpointDir, `${stem}.${checkpointSuffix(unit.encoding)}`),
        this.#rows,
      )
    }
    const signature =
      this.signatures &&
      this.#publishFile(this.signatures, join(this.job.checkpointDir, `${stem}.signatures`), this.#records)
    const own = this.quarantine.publish((staged, rows) => {
      return this.#publishFile(
        staged,
        join(this.job.jobDir, 'quarantine', `${partition}.op${unit.fromOp}-${unit.toOp}.${unit.attempt}.jsonl`),
        rows,
      )
    })
    const before = unit.input.kind === 'point' ? unit.input.point.quarantine : []
    const quarantine = own === undefined ? before : [...before, own]
    const sliceRows = [...this.#sliceRows]
    const signatureRows = this.signing?.operator.signMany === undefined ? undefined : [...this.#signatureRows]
    const filesRead = this.filesRead.publish((staged, rows) =>
      this.#publishFile(staged, join(this.job.checkpointDir, `${stem}.files`), rows),
    )
    const made = { file, sliceRows, counts, quarantine, filesRead, signature, signatureRows }
    return { kind: 'segment', partition, fingerprint, digest, ...made }
  }

  discard(): void {
    this.points?.file.discard()
    this.signatures?.discard()
    this.quarantine.discard()
    this.filesRead.discard()
  }

  #sign(samples: readonly Sample[], onFailure: (sample: Sample, error: unknown) => void): readonly Sample[] {
    if (this.signing === undefined || this.signatures === undefined) return samples
    const { operator, spelled } = this.signing
    const records = new RecordBuffer(operator, samples.length)
    const signed: Sample[] = []
    for (const sample of samples) {
      // What a deduplicator notes on the way is made again where it is wanted; a point does not depend on who follows it.
      const { hashes } = sample
      try {
        if (spelled !== undefined) sample.spell(spelled)
        const count = records.sign(sample, this.#rows + signed.length)
        sample.hashes = hashes
        signed.push(sample)
        this.#records += count
        this.#signatureRows[sample.origin.slice] += count
      } catch (error) {
        if (isSystemError(error)) throw error
        if (this.points === undefined) throw this.#unsignable()
        onFailure(sample, error)
      }
    }
    this.signatures.write(records.bytes)
    return signed
  }

  /** Signatures count rows, so that a point with samples that cannot be signed is made again without them. */
  #unsignable(): UnitFailure {
    const { input } = this.unit
    const path = input.kind === 'point' ? input.point.file.path : ''
    const message = `${path} holds samples that the deduplicator which now follows cannot take; it is made again without them`
    return new UnitFailure({ code: 'damaged_checkpoint', message, consequence: 'redo_input', path })
  }

  #publishFile(staged: StagedFile, path: string, rows: number): FileRef {
    const sealed = staged.seal()
    if (!staged.publish(path)) throw new Error(`${path} exists already; attempts must not share names`)
    return { path: storedPath(this.job.jobDir, path), rows, ...sealed }
  }
}

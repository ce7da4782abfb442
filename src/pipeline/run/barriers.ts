import type { Barrier } from '../../core/operator.js'
import type { FileRef } from '../../core/records.js'
import type { Sample } from '../../core/sample.js'
import type { JobSpec, StagesUnit } from '../../core/work-unit.js'
import { isSystemError } from '../../execution/protocol/unit-failure.js'
import { RecordBuffer } from '../../execution/work/barrier/record-buffer.js'
import { buildOperator } from '../../execution/work/operator-chain.js'
import { PointEdits } from '../../execution/work/segment/point-edits.js'
import { readDropped } from '../../execution/work/segment/point-reader.js'
import { createCatalog } from '../../ops/catalog.js'
import { StagedFile } from '../../util/durable-file.js'
import { DocumentBatch, type Task } from '../task.js'

/** The barriers around a run of stages: what the one before decided, and the signatures for the one behind. */
export class Barriers implements AsyncDisposable {
  #row = 0
  #next = 0
  #records = 0
  #signed = 0

  private constructor(
    readonly applied:
      | { readonly operator: Barrier; readonly dropped: Uint32Array; readonly edits: PointEdits | undefined }
      | undefined,
    readonly signer: { readonly operator: Barrier; readonly name: string; readonly file: StagedFile } | undefined,
  ) {}

  static async open(job: JobSpec, { applies, signs, source, attempt }: StagesUnit): Promise<Barriers> {
    const applied = applies && (await applying(job, applies))
    if (signs === undefined) return new Barriers(applied, undefined)
    const operator = await barrierOf(job, signs)
    const file = StagedFile.create(job.checkpointDir, job.writer, `${source.id}.${attempt}.signatures`)
    return new Barriers(applied, { operator, name: job.operators[signs].name, file })
  }

  /** The barrier that signs. */
  get name(): string {
    return this.signer?.name ?? ''
  }

  /** Documents that were signed; undefined where none are. */
  get samples(): number | undefined {
    return this.signer && this.#signed
  }

  /** A task without the documents that were dropped; undefined where none is left. Tasks come in the order of the spool. */
  apply(task: Task): Task | undefined {
    if (this.applied === undefined || !(task instanceof DocumentBatch)) return task
    const { dropped, edits } = this.applied
    const samples: Sample[] = []
    const numbers: number[] = []
    for (const sample of task.samples) {
      if (dropped[this.#next] === this.#row) this.#next++
      else {
        samples.push(sample)
        numbers.push(this.#row)
      }
      this.#row++
    }
    edits?.apply({ samples, numbers })
    if (samples.length === 0) return undefined
    const left = task.withRows(samples)
    left.id = task.id
    return left
  }

  /** Makes sure that all of what was decided was applied. */
  finish(): void {
    this.applied?.edits?.finish()
  }

  /** Signs the documents of a task, and gives it without those that cannot be signed. */
  sign(task: Task, onFailure: (sample: Sample, error: unknown) => void): Task {
    if (this.signer === undefined || !(task instanceof DocumentBatch)) return task
    const { operator, file } = this.signer
    const records = new RecordBuffer(operator, task.numItems)
    const signed: Sample[] = []
    for (const sample of task.samples) {
      const { hashes } = sample
      try {
        this.#records += records.sign(sample, this.#signed + signed.length)
        sample.hashes = hashes
        signed.push(sample)
      } catch (error) {
        if (isSystemError(error)) throw error
        onFailure(sample, error)
      }
    }
    file.write(records.bytes)
    this.#signed += signed.length
    if (signed.length === task.numItems) return task
    const left = task.withRows(signed)
    left.id = task.id
    return left
  }

  publish(publishFile: (file: StagedFile, records: number) => FileRef): FileRef | undefined {
    return this.signer && publishFile(this.signer.file, this.#records)
  }

  discard(): void {
    this.signer?.file.discard()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.applied?.edits?.[Symbol.dispose]()
    await this.applied?.operator.dispose?.()
    await this.signer?.operator.dispose?.()
  }
}

async function applying(job: JobSpec, applies: NonNullable<StagesUnit['applies']>): Promise<Barriers['applied']> {
  const operator = await barrierOf(job, applies.operator)
  return { operator, dropped: readDropped(job, applies.verdict), edits: PointEdits.open(job, applies, operator) }
}

async function barrierOf(job: JobSpec, index: number): Promise<Barrier> {
  const operator = await buildOperator(job, createCatalog(), index)
  if (operator.kind !== 'barrier') throw new TypeError(`${job.operators[index].name} is no barrier`)
  return operator
}

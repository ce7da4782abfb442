import { resolve } from 'node:path'
import type { Barrier, Edit } from '../../../core/operator.js'
import type { Sample } from '../../../core/sample.js'
import type { JobSpec, PointInput } from '../../../core/work-unit.js'
import { PayloadReader } from '../barrier/payloads.js'
import { damaged, type PointBatch } from './point-reader.js'

/** Edits the samples of a point by what a barrier gave to its partition. */
export class PointEdits {
  readonly #path: string
  readonly #reader: PayloadReader
  readonly #edit: Edit

  private constructor(path: string, reader: PayloadReader, edit: Edit) {
    this.#path = path
    this.#reader = reader
    this.#edit = edit
  }

  /** Undefined where there is nothing to edit by. */
  static open(job: JobSpec, { verdict }: Pick<PointInput, 'verdict'>, operator: Barrier): PointEdits | undefined {
    const payload = verdict?.slice.payload
    if (verdict === undefined || payload === undefined || operator.edit === undefined) return undefined
    const reader = new PayloadReader(resolve(job.jobDir, verdict.path), payload)
    try {
      return new PointEdits(verdict.path, reader, operator.edit(reader))
    } catch (error) {
      reader.close()
      throw error instanceof RangeError ? damaged(verdict.path, 'is cut short') : error
    }
  }

  /** Edits the samples of a batch, and says how many came out otherwise. */
  apply({ samples, numbers }: Pick<PointBatch, 'samples' | 'numbers'>): number {
    let changed = 0
    for (const [index, sample] of samples.entries()) if (this.#applyTo(sample, numbers[index])) changed++
    return changed
  }

  /** @throws {UnitFailure} `redo_input` where the samples were edited by something else than what was decided */
  finish(): void {
    if (!this.#reader.isWhole()) throw damaged(this.#path, 'does not hold what was decided')
  }

  [Symbol.dispose](): void {
    this.#reader.close()
  }

  #applyTo(sample: Sample, row: number): boolean {
    const before = sample.revision
    this.#edit(sample, row)
    return sample.revision !== before
  }
}

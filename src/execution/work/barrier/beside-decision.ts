import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../../core/json.js'
import type { DecisionFigure, DecisionFigures } from '../../../core/operator.js'
import type { FileRef } from '../../../core/records.js'
import type { JobSpec, ResolveUnit } from '../../../core/work-unit.js'
import { StagedFile } from '../../../util/durable-file.js'
import { storedPath } from '../../../util/stored-path.js'

/** What a decision tells beside what it decides: figures, and lines of a file in `clusters/` of the job. */
export class BesideDecision {
  readonly #figures: { [K in DecisionFigure]?: number } = {}
  #file: StagedFile | undefined
  #lines = 0

  constructor(
    readonly job: JobSpec,
    readonly unit: ResolveUnit,
  ) {}

  note(name: DecisionFigure, count: number): void {
    this.#figures[name] = count
  }

  writeLine(value: JsonObject): void {
    this.#file ??= StagedFile.create(this.#folder(), this.job.writer, `clusters.${this.unit.attempt}`)
    this.#file.write(Buffer.from(`${JSON.stringify(value)}\n`))
    this.#lines++
  }

  publish(): { readonly figures?: DecisionFigures; readonly lines?: FileRef } {
    const figures = Object.keys(this.#figures).length === 0 ? {} : { figures: this.#figures }
    return this.#file === undefined ? figures : { ...figures, lines: this.#publishLines(this.#file) }
  }

  discard(): void {
    this.#file?.discard()
  }

  #publishLines(file: StagedFile): FileRef {
    const { operator, fingerprint, attempt } = this.unit
    const path = join(this.#folder(), `process-${operator}.${fingerprint.slice(0, 10)}.${attempt}.jsonl`)
    const sealed = file.seal()
    if (!file.publish(path)) throw new Error(`${path} exists already; attempts must not share names`)
    return { path: storedPath(this.job.jobDir, path), rows: this.#lines, ...sealed }
  }

  #folder(): string {
    const folder = join(this.job.jobDir, 'clusters')
    mkdirSync(folder, { recursive: true })
    return folder
  }
}

import { existsSync } from 'node:fs'
import type { JsonValue } from '../core/json.js'
import type { ExportedFile } from '../core/records.js'
import { UsageError } from '../core/usage-error.js'
import { formatOfName } from '../io/listing/formats.js'
import { readSlice } from '../io/open-reader.js'
import { JobDirectory } from '../state/job-directory.js'
import { changedFields, type Row } from './changed-fields.js'
import { furthestOf, type PipelineRecords, readPipelineRecords, type SourceRecords } from './pipeline-records.js'
import { traceDocument } from './trace-document.js'

/** What a stage did in both pipelines; undefined in one that has no such stage. */
export interface StageDifference {
  readonly stage: string
  readonly inA?: number
  readonly outA?: number
  readonly inB?: number
  readonly outB?: number
}

/** A document that differs, or that one of the two has. */
export interface DocumentDifference {
  readonly source: string
  readonly kind: 'only_in_a' | 'only_in_b' | 'changed'
  /** Its value of the key; null where it has none. */
  readonly key: JsonValue
  readonly document?: Readonly<Record<string, JsonValue>>
  /** The stage of the other pipeline that dropped it, where running it again shows. */
  readonly stage?: string
  readonly why?: Readonly<Record<string, JsonValue>>
  readonly fields?: Readonly<Record<string, { readonly original: JsonValue; readonly processed: JsonValue }>>
}

/** What differs between the outputs of two pipelines, source by source. */
export interface PipelineDifference {
  readonly of: 'pipelines'
  /** Sources by name that one of them alone has finished. */
  readonly sourcesOnlyInA: readonly string[]
  readonly sourcesOnlyInB: readonly string[]
  /** Sources of which both wrote the same, and those of which they did not. */
  readonly sourcesSame: number
  readonly sourcesDiffering: number
  readonly same: number
  readonly changed: number
  readonly onlyInA: number
  readonly onlyInB: number
  /** How many documents differ in each field. */
  readonly fields: Readonly<Record<string, number>>
  readonly stages: readonly StageDifference[]
  readonly examples: readonly DocumentDifference[]
}

export interface DiffOptions {
  readonly mostExamples: number
  /** The field by which documents of a source are known again; those without it by all that they hold. */
  readonly key: string
}

/**
 * Compares what two pipelines wrote of the sources that both have finished, by the documents' key. Holds the documents of
 * one source at a time, and those only of sources whose files differ.
 *
 * @throws {UsageError} where a job's own files do not say what it was, or a file of output is gone or edited
 */
export async function diffPipelines(dirA: string, dirB: string, options: DiffOptions): Promise<PipelineDifference> {
  const [a, b] = [await readPipelineRecords(new JobDirectory(dirA)), await readPipelineRecords(new JobDirectory(dirB))]
  const theirs = new Map(b.sources.filter(({ isPlaced }) => isPlaced).map(each => [each.source.id, each]))
  const tally = new Tally(dirA, dirB, options)
  for (const mine of a.sources) {
    if (!mine.isPlaced) continue
    const other = theirs.get(mine.source.id)
    theirs.delete(mine.source.id)
    if (other === undefined) tally.onlyInA.push(mine.source.name)
    else await tally.compare(mine, other)
  }
  const rest = [...theirs.values()].map(({ source }) => source.name)
  return { ...tally.result(), sourcesOnlyInB: rest, stages: stagesOf(a, b) }
}

class Tally {
  readonly onlyInA: string[] = []
  readonly #counts = { sourcesSame: 0, sourcesDiffering: 0, same: 0, changed: 0, onlyInA: 0, onlyInB: 0 }
  readonly #fields = new Map<string, number>()
  readonly #examples: DocumentDifference[] = []

  constructor(
    readonly dirA: string,
    readonly dirB: string,
    readonly options: DiffOptions,
  ) {}

  async compare(a: SourceRecords, b: SourceRecords): Promise<void> {
    const [mine, theirs] = [outputsOf(a), outputsOf(b)]
    const sums = (files: readonly ExportedFile[]) =>
      files
        .map(({ checksum }) => checksum)
        .sort()
        .join()
    if (sums(mine) === sums(theirs)) {
      this.#counts.sourcesSame++
      this.#counts.same += mine.reduce((sum, { rows }) => sum + rows, 0)
      return
    }
    this.#counts.sourcesDiffering++
    const documents = await this.#byKey(theirs)
    for await (const row of rowsOf(mine)) {
      const key = this.#keyOf(row)
      const other = documents.get(key)?.shift()
      if (other === undefined) await this.#alone('only_in_a', a.source.name, row)
      else this.#both(a.source.name, row, other)
    }
    for (const rows of documents.values()) for (const row of rows) await this.#alone('only_in_b', a.source.name, row)
  }

  result(): Omit<PipelineDifference, 'sourcesOnlyInB' | 'stages'> {
    const fields = Object.fromEntries([...this.#fields].sort(([, x], [, y]) => y - x))
    return { of: 'pipelines', ...this.#counts, sourcesOnlyInA: this.onlyInA, fields, examples: this.#examples }
  }

  async #byKey(files: readonly ExportedFile[]): Promise<Map<string, Row[]>> {
    const documents = new Map<string, Row[]>()
    for await (const row of rowsOf(files)) {
      const key = this.#keyOf(row)
      const known = documents.get(key)
      if (known === undefined) documents.set(key, [row])
      else known.push(row)
    }
    return documents
  }

  #keyOf(row: Row): string {
    return JSON.stringify(row[this.options.key] ?? row)
  }

  #both(source: string, mine: Row, theirs: Row): void {
    const changed = changedFields(mine, theirs)
    if (changed.length === 0) {
      this.#counts.same++
      return
    }
    this.#counts.changed++
    for (const [name] of changed) this.#fields.set(name, (this.#fields.get(name) ?? 0) + 1)
    if (this.#isFull) return
    const key = mine[this.options.key] ?? null
    this.#examples.push({ source, kind: 'changed', key, fields: Object.fromEntries(changed) })
  }

  async #alone(kind: 'only_in_a' | 'only_in_b', source: string, document: Row): Promise<void> {
    this.#counts[kind === 'only_in_a' ? 'onlyInA' : 'onlyInB']++
    if (this.#isFull) return
    const key = document[this.options.key] ?? null
    const why = await this.#whyNotIn(kind === 'only_in_a' ? this.dirB : this.dirA, key)
    this.#examples.push({ source, kind, key, document, ...why })
  }

  get #isFull(): boolean {
    return this.#examples.length >= this.options.mostExamples
  }

  /** Runs a document through the stages of the pipeline that has it not. */
  async #whyNotIn(jobDir: string, key: JsonValue): Promise<Pick<DocumentDifference, 'stage' | 'why'>> {
    if (key === null) return {}
    try {
      const value = typeof key === 'string' ? key : JSON.stringify(key)
      const { steps } = await traceDocument(jobDir, { kind: 'field', field: this.options.key, value })
      const last = steps.at(-1)
      if (last?.outcome !== 'dropped' && last?.outcome !== 'failed') return {}
      return { stage: last.operator, why: last.entry?.['__pawl__dropped__'] as Row | undefined }
    } catch (error) {
      // It is not in that input, or its stages run only in their script.
      if (error instanceof UsageError) return {}
      throw error
    }
  }
}

function outputsOf(records: SourceRecords): readonly ExportedFile[] {
  const files = [...records.byDone.values()].flatMap(({ outputs }) => outputs)
  const gone = files.find(({ path }) => !existsSync(path))
  if (gone !== undefined)
    throw new UsageError(`${gone.path} is gone: run its pipeline again, then what it wrote can be compared`)
  return files
}

/** @throws {UsageError} where a file is of a format that holds no documents */
async function* rowsOf(files: readonly ExportedFile[]): AsyncGenerator<Row> {
  for (const { path } of files) {
    const format = formatOfName(path)
    if (format === undefined || format.format === 'text')
      throw new UsageError(
        `${path} holds no documents that could be compared: only files of .jsonl, .parquet and the like do`,
      )
    const slice = {
      path,
      ...format,
      format: format.format === 'json' ? 'jsonl' : format.format,
      cut: { kind: 'whole' },
    } as const
    for await (const { bytes, records } of readSlice(slice, reading))
      for (const record of records)
        if (record.kind === 'record') yield JSON.parse(bytes.toString('utf8', record.start, record.end)) as Row
  }
}

const reading = { batchBytes: 1 << 20, maxRecordBytes: Number.MAX_SAFE_INTEGER, textKey: 'text' } as const

/** Documents in and out of each stage, side by side: those of one name by their order, then those that one of the two has. */
function stagesOf(a: PipelineRecords, b: PipelineRecords): StageDifference[] {
  const rest = [...totalsOf(b)]
  const both = totalsOf(a).map(({ stage, itemsIn, itemsOut }): StageDifference => {
    const at = rest.findIndex(other => other.stage === stage)
    const [other] = at < 0 ? [] : rest.splice(at, 1)
    return { stage, inA: itemsIn, outA: itemsOut, inB: other?.itemsIn, outB: other?.itemsOut }
  })
  return [...both, ...rest.map(({ stage, itemsIn, itemsOut }) => ({ stage, inB: itemsIn, outB: itemsOut }))]
}

interface Total {
  readonly stage: string
  itemsIn: number
  itemsOut: number
}

function totalsOf({ counted = [], sources }: PipelineRecords): Total[] {
  const totals = counted.map(stage => ({ stage, itemsIn: 0, itemsOut: 0 }))
  for (const source of sources.filter(({ isPlaced }) => isPlaced))
    for (const [at, { itemsIn, itemsOut }] of furthestOf(source)?.counts.entries() ?? []) {
      const total = totals[at]
      if (total === undefined) continue
      total.itemsIn += itemsIn
      total.itemsOut += itemsOut
    }
  return totals
}

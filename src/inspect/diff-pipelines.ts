import type { JsonValue } from '../core/json.js'
import type { ExportedFile } from '../core/records.js'
import { UsageError } from '../core/usage-error.js'
import { isThere, matchesContent } from '../execution/coordinator/export/export-state.js'
import { JobDirectory } from '../state/job-directory.js'
import { compareSource, type SourceDifference } from './compare-source.js'
import { DocumentExplainer } from './explain-documents.js'
import { readPipelineRecords, type SourceRecords } from './pipeline-records.js'
import { type StageDifference, stageTable } from './stage-table.js'

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

/** Documents that one of the two lacks, and that this stage of it dropped; `unknown` where that does not show. */
export interface StageLosses {
  readonly stage: string
  /** Those that only the first pipeline wrote, by stages of the second; and the reverse. */
  readonly onlyInA: number
  readonly onlyInB: number
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
  readonly losses: readonly StageLosses[]
  /** How many of each side `losses` tells of: those that were run again. */
  readonly explained: number
  readonly examples: readonly DocumentDifference[]
}

export interface DiffOptions {
  /** Examples of each kind. */
  readonly mostExamples: number
  /**
   * How many documents of each side are run again to learn which stage it was. Default: 100,000; 1,000 where a stage may
   * look at whole batches, which are then run again for each document.
   */
  readonly mostExplained?: number
  /** The field by which documents of a source are known again; those without it by all that they hold. */
  readonly key: string
  /** Bytes of documents that are held at once, about; those of one key are, however many. */
  readonly memoryBytes?: number
}

/**
 * Compares what two pipelines wrote of the sources that both have finished, by the documents' key. Documents are read
 * only of sources whose files differ.
 *
 * @throws {UsageError} where a job's own files do not say what it was, or a file of output is gone or edited
 */
export async function diffPipelines(
  dirA: string,
  dirB: string,
  { mostExamples, mostExplained, key, memoryBytes = 1 << 26 }: DiffOptions,
): Promise<PipelineDifference> {
  const [a, b] = [await readPipelineRecords(new JobDirectory(dirA)), await readPipelineRecords(new JobDirectory(dirB))]
  const theirs = new Map(b.sources.filter(({ isPlaced }) => isPlaced).map(each => [each.source.id, each]))
  const explainers = { onlyInA: new DocumentExplainer(dirB, key), onlyInB: new DocumentExplainer(dirA, key) }
  const defaults = [await explainers.onlyInA.mostByDefault(), await explainers.onlyInB.mostByDefault()]
  const tally = new Tally(mostExamples, mostExplained ?? Math.min(...defaults))
  const onlyInA: string[] = []
  for (const mine of a.sources) {
    if (!mine.isPlaced) continue
    const other = theirs.get(mine.source.id)
    theirs.delete(mine.source.id)
    if (other === undefined) {
      onlyInA.push(mine.source.name)
      continue
    }
    const files = [outputsOf(mine), outputsOf(other)] as const
    if (holdSame(...files)) tally.same(files[0])
    else tally.add(await compareSource(mine.source, files, { key, memoryBytes, explainers, ...tally.left }))
  }
  const rest = [...theirs.values()].map(({ source }) => source.name)
  return { ...tally.result(), sourcesOnlyInA: onlyInA, sourcesOnlyInB: rest, stages: stageTable(a, b) }
}

class Tally {
  readonly #counts = { sourcesSame: 0, sourcesDiffering: 0, same: 0, changed: 0, onlyInA: 0, onlyInB: 0 }
  readonly #fields = new Map<string, number>()
  readonly #losses = new Map<string, { onlyInA: number; onlyInB: number }>()
  readonly #examples: DocumentDifference[] = []
  readonly #explained = { onlyInA: 0, onlyInB: 0 }

  constructor(
    readonly mostExamples: number,
    readonly mostExplained: number,
  ) {}

  /** How many more are wanted. */
  get left() {
    const { mostExamples, mostExplained } = this
    const examples = (kind: DocumentDifference['kind']) =>
      mostExamples - this.#examples.filter(one => one.kind === kind).length
    return {
      examples: { changed: examples('changed'), only_in_a: examples('only_in_a'), only_in_b: examples('only_in_b') },
      explanations: {
        onlyInA: mostExplained - this.#explained.onlyInA,
        onlyInB: mostExplained - this.#explained.onlyInB,
      },
    }
  }

  same(files: readonly ExportedFile[]): void {
    this.#counts.sourcesSame++
    this.#counts.same += files.reduce((sum, { rows }) => sum + rows, 0)
  }

  add({ counts, fields, losses, explained, examples }: SourceDifference): void {
    this.#counts.sourcesDiffering++
    for (const name of ['same', 'changed', 'onlyInA', 'onlyInB'] as const) this.#counts[name] += counts[name]
    for (const [name, count] of fields) this.#fields.set(name, (this.#fields.get(name) ?? 0) + count)
    for (const side of ['onlyInA', 'onlyInB'] as const) {
      this.#explained[side] += explained[side]
      for (const [stage, count] of losses[side]) {
        const known = this.#losses.get(stage) ?? { onlyInA: 0, onlyInB: 0 }
        known[side] += count
        this.#losses.set(stage, known)
      }
    }
    this.#examples.push(...examples)
  }

  result(): Omit<PipelineDifference, 'sourcesOnlyInA' | 'sourcesOnlyInB' | 'stages'> {
    const fields = Object.fromEntries([...this.#fields].sort(([, x], [, y]) => y - x))
    const losses = [...this.#losses].map(([stage, sides]) => ({ stage, ...sides }))
    const explained = Math.max(this.#explained.onlyInA, this.#explained.onlyInB)
    return { of: 'pipelines', ...this.#counts, fields, losses, explained, examples: this.#examples }
  }
}

/** @throws {UsageError} where one of them does not stand as the pipeline wrote it */
function outputsOf({ byDone, placed }: SourceRecords): readonly ExportedFile[] {
  const stamped = new Map(placed.map(file => [file.path, file]))
  const files = [...byDone.values()].flatMap(({ outputs }) => outputs)
  for (const file of files) {
    if (!isThere(file.path))
      throw new UsageError(`${file.path} is gone: run its pipeline again, then what it wrote can be compared`)
    const known = stamped.get(file.path)
    // Only a stamp that was taken of just this content spares reading it.
    const stamp = known?.checksum === file.checksum ? known.stamp : undefined
    if (!matchesContent(file.path, { ...file, stamp }))
      throw new UsageError(
        `${file.path} does not hold what its pipeline wrote: it was edited, or another program wrote it. Move it away and run the pipeline again, then what it wrote can be compared`,
      )
  }
  return files
}

function holdSame(mine: readonly ExportedFile[], theirs: readonly ExportedFile[]): boolean {
  const sums = (files: readonly ExportedFile[]) =>
    files
      .map(({ checksum }) => checksum)
      .sort()
      .join()
  return sums(mine) === sums(theirs)
}

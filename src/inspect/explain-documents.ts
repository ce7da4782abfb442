import type { SourceSpec } from '../core/pipeline-spec.js'
import type { Sample } from '../core/sample.js'
import { UsageError } from '../core/usage-error.js'
import { JobDirectory } from '../state/job-directory.js'
import type { Row } from './changed-fields.js'
import { isChanged } from './changed-source.js'
import type { Loss } from './explain-losses.js'
import { type FoundDocument, findDocuments } from './find-documents.js'
import { type Followed, followDocuments } from './follow-documents.js'
import { openTraced, sharedUntil, type TracedPipeline } from './traced-pipeline.js'

/** What became of one document; undefined where it came through, or that is not known. */
type Fate = Loss | undefined

/** Documents that are followed together: each holds its whole batch where stages may look at that. */
const mostTogether = { apart: 1_000, shared: 32 } as const
/** Documents that are explained where nobody says how many: stages that look at whole batches run those for each of them. */
const mostByDefault = { apart: 100_000, shared: 1_000 } as const

/** Says at which stage of a pipeline documents were lost that another has; a source is read once for all of them. */
export class DocumentExplainer {
  #pipeline: Promise<TracedPipeline | undefined> | undefined

  /** `field` holds the key by which documents are known again. */
  constructor(
    readonly jobDir: string,
    readonly field: string,
  ) {}

  /** How many documents are explained where nobody says how many. */
  async mostByDefault(): Promise<number> {
    this.#pipeline ??= openIfTold(this.jobDir)
    const pipeline = await this.#pipeline
    return mostByDefault[pipeline === undefined || sharedUntil(pipeline) === 0 ? 'apart' : 'shared']
  }

  /**
   * Explains the loss of documents of one source, looked for in that source alone.
   *
   * @param keys the JSON text of each one's key; equal ones stand for several documents
   * @returns for each of them where it was lost, where just one answer fits
   */
  async explain(sourceId: string, keys: readonly string[]): Promise<readonly Fate[]> {
    this.#pipeline ??= openIfTold(this.jobDir)
    const pipeline = await this.#pipeline
    const source = pipeline?.sources.find(({ id }) => id === sourceId)
    if (pipeline === undefined || source === undefined || keys.length === 0 || isChanged(pipeline, source))
      return keys.map(() => undefined)
    const counts = new Map<string, number>()
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
    const fates = await this.#fatesOf(pipeline, source, new Set(counts.keys()))
    const losses = new Map([...counts].map(([key, count]) => [key, lossesOf(fates.get(key) ?? [], count)]))
    return keys.map(key => losses.get(key)?.shift())
  }

  /** What became of all documents of a source that have one of these keys. */
  async #fatesOf(pipeline: TracedPipeline, source: SourceSpec, wanted: ReadonlySet<string>) {
    const fates = new Map<string, Fate[]>()
    for (const where of ['read', 'made'] as const) {
      const rest = new Set([...wanted].filter(key => !fates.has(key)))
      if (rest.size === 0) break
      const group = new Group(pipeline, source, (key, fate) => fates.set(key, [...(fates.get(key) ?? []), fate]))
      // What descends from a document may have its key, too.
      const places = new Map<string, number>()
      await findDocuments(pipeline, source, {
        matches: sample => rest.has(this.#keyOf(sample)),
        take: async found => {
          const key = this.#keyOf(found.sample)
          const place = places.get(key) ?? found.done
          places.set(key, place)
          if (place === found.done) await group.add(key, found)
          return true
        },
        where,
      })
      await group.follow()
    }
    return fates
  }

  #keyOf(sample: Sample): string {
    const value = sample.get(this.field)
    return value === undefined ? '' : JSON.stringify(value)
  }
}

/** Documents that are followed together as soon as there are enough. */
class Group {
  #found: { readonly key: string; readonly found: FoundDocument }[] = []
  readonly #most: number

  constructor(
    readonly pipeline: TracedPipeline,
    readonly source: SourceSpec,
    readonly tell: (key: string, fate: Fate) => void,
  ) {
    this.#most = sharedUntil(pipeline) > 0 ? mostTogether.shared : mostTogether.apart
  }

  async add(key: string, found: FoundDocument): Promise<void> {
    this.#found.push({ key, found })
    if (this.#found.length >= this.#most) await this.follow()
  }

  async follow(): Promise<void> {
    const group = this.#found
    this.#found = []
    if (group.length === 0) return
    const found = group.map(one => one.found)
    const followed = await followDocuments(this.pipeline, this.source, { found, atScript: 'stop' })
    for (const [at, { key }] of group.entries()) this.tell(key, fateOf(followed[at]))
  }
}

/** Where a document was lost: only where all of it was, at one stage, and nothing in front of that is unknown. */
function fateOf({ steps, left, ending }: Followed): Fate {
  if (ending !== 'known' || left.length > 0 || steps.some(({ outcome }) => outcome === 'unknown')) return undefined
  const lost = steps.filter(({ outcome }) => outcome === 'dropped' || outcome === 'failed')
  if (lost.length === 0 || lost.some(({ index }) => index !== lost[0].index)) return undefined
  const { operator, entry, error } = lost[0]
  const dropped = entry?.['__pawl__dropped__'] as Row | undefined
  return { operator, why: dropped ?? (error === undefined ? undefined : { error }) }
}

/** The losses of documents of one key: none where it does not show which of several documents are meant. */
function lossesOf(fates: readonly Fate[], missing: number): Fate[] {
  const losses = fates.filter(fate => fate !== undefined)
  const isOneStage = losses.length > 0 && losses.every(({ operator }) => operator === losses[0].operator)
  const isAllLost = losses.length === fates.length
  if (!isOneStage || (losses.length !== missing && !isAllLost)) return []
  const [{ operator, why }] = losses
  return Array.from({ length: missing }, () => ({ operator, why: losses.length === 1 ? why : undefined }))
}

/** @returns undefined where the pipeline's stages cannot be run again */
async function openIfTold(jobDir: string): Promise<TracedPipeline | undefined> {
  try {
    return await openTraced(new JobDirectory(jobDir))
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

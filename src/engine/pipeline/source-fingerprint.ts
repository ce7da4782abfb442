import type { SourceSpec } from '../../core/pipeline-spec.js'
import { canonicalJson, fingerprintOf } from '../../util/hash.js'

/** A digest of what a source that names no file holds. */
export function digestOfTask({ task }: SourceSpec): string {
  return fingerprintOf('payload', canonicalJson(task.data ?? null)).slice(0, 16)
}

/** What a source's chain is made of. */
interface SourceChain {
  /** Of its files; taken from the source itself where it has none. */
  readonly digest: string | undefined
  readonly links: readonly string[]
  /** What barriers decided of it, by their places among the stages. */
  readonly decided?: ReadonlyMap<number, string>
}

/**
 * What stages make of a source, as a chain: where it lies and what it holds, then a link for each stage.
 */
export function fingerprintOfSource(source: SourceSpec, { digest, links, decided }: SourceChain): string {
  const { id, name, task, files } = source
  const content = files.length > 0 ? (digest ?? '') : digestOfTask(source)
  const notes = isEmpty(task.metadata)
    ? `[{},${JSON.stringify(task.datasetName)}]`
    : canonicalJson([task.metadata, task.datasetName])
  const start = fingerprintOf('source', id, name, content, notes)
  return links.reduce((chain, link, stage) => fingerprintOf('stage', chain, link, decided?.get(stage) ?? ''), start)
}

function isEmpty(metadata: object): boolean {
  for (const _ in metadata) return false
  return true
}

import type { SourceSpec } from '../../core/pipeline-spec.js'
import { canonicalJson, fingerprintOf } from '../../util/hash.js'

/** A digest of what a source that names no file holds. */
export function digestOfTask({ task }: SourceSpec): string {
  return fingerprintOf('payload', canonicalJson(task.data ?? null)).slice(0, 16)
}

/**
 * What stages make of a source, as a chain: where it lies and what it holds, then a link for each stage.
 *
 * @param digest of its files; taken from the source itself where it has none
 * @param decided what barriers decided of it, by their places among the stages
 */
export function fingerprintOfSource(
  source: SourceSpec,
  digest: string | undefined,
  links: readonly string[],
  decided: ReadonlyMap<number, string> = new Map(),
): string {
  const { id, name, task, files } = source
  const content = files.length > 0 ? (digest ?? '') : digestOfTask(source)
  const start = fingerprintOf('source', id, name, content, canonicalJson([task.metadata, task.datasetName]))
  return links.reduce((chain, link, stage) => fingerprintOf('stage', chain, link, decided.get(stage) ?? ''), start)
}

import { resolve } from 'node:path'
import type { SourceSpec } from '../core/pipeline-spec.js'
import { UsageError } from '../core/usage-error.js'
import { JobDirectory } from '../state/job-directory.js'
import { plural } from '../util/format.js'
import { isChanged } from './changed-source.js'
import { type FoundDocument, findDocuments } from './find-documents.js'
import { followDocuments, rowsLeft } from './follow-documents.js'
import { describeMissing, matcherOf, type SampleTrace, type WantedSample } from './trace-steps.js'
import { openTraced, type TracedPipeline } from './traced-pipeline.js'

/**
 * Runs one document of a pipeline through its stages again, and says what each of them did to it. Changes nothing: what a
 * stage would write is not written, and what a barrier decided is looked up. The others of its batch come along through
 * stages that may look at them. Documents are looked for as they were read, source by source, and then behind each later
 * stage.
 *
 * @throws {UsageError} where no document is the wanted one, its source changed since, or a stage runs only in the pipeline's own script
 */
export async function traceDocument(jobDir: string, wanted: WantedSample): Promise<SampleTrace> {
  const pipeline = await openTraced(new JobDirectory(jobDir))
  const found = await findDocument(pipeline, wanted)
  const { source, sample, file, line, done } = found
  if (isChanged(pipeline, source))
    throw new UsageError(
      `source ${source.name} changed since the pipeline read it, so that its documents, run again, would not tell what became of those: run the pipeline again first`,
    )
  const before = structuredClone(sample.value)
  const [{ steps, left, ending }] = await followDocuments(pipeline, source, { found: [found], atScript: 'refuse' })
  const behind = line === undefined ? pipeline.spec.stages[done - 1].name : undefined
  return {
    ...{ of: 'pipeline', file, line, behind, partition: source.name },
    ...{ before, steps, after: rowsLeft(left), ending },
    isWritten: pipeline.records.get(source.id)?.isPlaced ?? false,
  }
}

async function findDocument(pipeline: TracedPipeline, wanted: WantedSample): Promise<FoundDocument> {
  const path = wanted.kind === 'line' ? resolve(wanted.file) : undefined
  const sources = pipeline.sources.filter(({ files }) => path === undefined || files.some(file => file.path === path))
  // A place in a file is one of what is read.
  for (const where of wanted.kind === 'line' ? (['read'] as const) : (['read', 'made'] as const))
    for (const source of sources) {
      const found = await findIn(pipeline, source, { wanted, where })
      if (found !== undefined) return found
    }
  const changed = sources.filter(source => isChanged(pipeline, source)).length
  const also = changed === 0 ? '' : `; ${plural(changed, 'source')} changed since the pipeline read them`
  throw new UsageError(`${describeMissing(wanted)}${also}`)
}

async function findIn(
  pipeline: TracedPipeline,
  source: SourceSpec,
  { wanted, where }: { readonly wanted: WantedSample; readonly where: 'read' | 'made' },
): Promise<FoundDocument | undefined> {
  let found: FoundDocument | undefined
  await findDocuments(pipeline, source, {
    matches: matcherOf(wanted),
    take: one => {
      found = one
      return false
    },
    where,
  })
  return found
}

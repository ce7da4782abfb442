import type { SourceSpec } from '../core/pipeline-spec.js'
import type { ExportedFile, StagesRecord } from '../core/records.js'
import { UsageError } from '../core/usage-error.js'
import { readPinned } from '../engine/pipeline/pinned-sources.js'
import type { RecordedPipeline } from '../engine/pipeline/recorded-pipeline.js'
import { fingerprintOfSource } from '../engine/pipeline/source-fingerprint.js'
import type { JobDirectory } from '../state/job-directory.js'
import { LedgerIndex } from '../state/ledger-index.js'

/** What a pipeline has committed of a source, by how many stages were done. */
export interface SourceRecords {
  readonly source: SourceSpec
  readonly byDone: ReadonlyMap<number, StagesRecord>
  /** True where all of it is done and its files are in their places. */
  readonly isPlaced: boolean
  /** Of what it held when it was read; undefined where it was not. */
  readonly digest: string | undefined
  /** The files that stand, as they were when they were given their names. */
  readonly placed: readonly ExportedFile[]
}

/** What is on record of a pipeline as it was run last. Everything is read at once; nothing is held open. */
export interface PipelineRecords {
  readonly stages: readonly string[]
  /** Those among them that decide on what all sources hold. */
  readonly barriers: RecordedPipeline['barriers']
  /** What each of a source's counts is of; undefined where an earlier version ran it. */
  readonly counted: readonly string[] | undefined
  readonly sources: readonly SourceRecords[]
}

/**
 * Reads what a pipeline has committed. Changes nothing.
 *
 * @throws {UsageError} where the job's own files do not say what it was
 */
export async function readPipelineRecords(directory: JobDirectory): Promise<PipelineRecords> {
  const recorded = directory.read<RecordedPipeline>(directory.pipeline)
  const pinned = readPinned(directory)
  if (recorded.kind !== 'read' || pinned.kind !== 'read') {
    const lost = recorded.kind === 'read' ? directory.cutLines : directory.pipeline
    throw new UsageError(`${lost} is lost or damaged: running the pipeline again makes it anew`)
  }
  const { stages, barriers, links, counted } = recorded.content
  const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
  try {
    const bySource = new Map<string, StagesRecord[]>()
    for (const record of ledger.all('stages')) {
      const known = bySource.get(record.source)
      if (known === undefined) bySource.set(record.source, [record])
      else known.push(record)
    }
    const sources = [...pinned.content.sources].map((source): SourceRecords => {
      const digest = ledger.get('input', source.id)?.digest
      const record = ledger.get('placed', source.id)
      const placed = record?.fingerprint
      const byDone = new Map<number, StagesRecord>()
      for (const record of bySource.get(source.id) ?? []) {
        const isCurrent =
          record.fingerprint === placed ||
          record.fingerprint === fingerprintOfSource(source, { digest, links: links.slice(0, record.done) })
        // What lies behind a barrier is known by what that decided, which is not looked up here.
        if (isCurrent || !byDone.has(record.done)) byDone.set(record.done, record)
      }
      const isPlaced = byDone.get(stages.length)?.fingerprint === placed && placed !== undefined
      return { source, byDone, isPlaced, digest, placed: record?.files ?? [] }
    })
    return { stages, barriers, counted, sources }
  } finally {
    ledger.close()
  }
}

/** What is committed of a source furthest on. */
export function furthestOf({ byDone }: SourceRecords): StagesRecord | undefined {
  const done = [...byDone.keys()].reduce((most, one) => Math.max(most, one), -1)
  return byDone.get(done)
}

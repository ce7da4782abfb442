import { resolve } from 'node:path'
import type { ExportedFile, PlacedRecord, StagesRecord } from '../../core/records.js'
import { takeStagedFiles } from '../../state/take-over.js'
import { remove } from '../../util/remove.js'
import type { PipelineContext } from './pipeline-context.js'
import { removeStale } from './place-outputs.js'
import type { SourceBooks } from './source-books.js'
import { fingerprintOfSource } from './source-fingerprint.js'

/** What another process staged gets names of this one's, so that it finds nothing to rename should it wake up. */
export async function takeOverStaged({ ledger, job }: PipelineContext, record: StagesRecord): Promise<StagesRecord> {
  const moved = takeStagedFiles(
    job.writer,
    record.outputs.map(({ staged }) => staged),
  )
  if (moved.size === 0) return record
  const outputs = record.outputs.map(output => ({ ...output, staged: moved.get(output.staged) ?? output.staged }))
  const taken = { ...record, outputs }
  await ledger.commit([taken])
  return taken
}

/** Puts on record that a source is complete; what an earlier run wrote for it and this one did not goes. */
export async function finishSource(
  books: SourceBooks,
  { fingerprint, counts }: StagesRecord,
  files: readonly ExportedFile[],
): Promise<void> {
  const { context, source, digest } = books
  const before = context.manifest.of(source.id)
  const chain = fingerprintOfSource(source, { digest, links: context.pipeline.links })
  const placed: PlacedRecord = { kind: 'placed', source: source.id, fingerprint, chain, files }
  await context.ledger.commit([placed])
  context.manifest.note(placed)
  removeStale(context, before?.files ?? [])
  const open = books.openRecord()
  if (open !== undefined) await context.ledger.withdraw([open])
  if (!context.keepsSpools) await dropSpools(books)
  context.emit({
    event_type: 'partition_complete',
    partition: source.id,
    samples_in: counts[0]?.itemsIn ?? 0,
    samples_out: files.reduce((sum, { rows }) => sum + rows, 0),
    duration_ms: counts.reduce((sum, { ms }) => sum + ms, 0),
  })
}

async function dropSpools(books: SourceBooks): Promise<void> {
  const { ledger, directory, pipeline } = books.context
  for (const { to, signs } of pipeline.ranges) {
    const fingerprint = books.fingerprintAt(to)
    const record = fingerprint === undefined ? undefined : ledger.get('stages', fingerprint)
    if (record?.spool === undefined) continue
    // A decision is known by the signatures that it was made of.
    if (signs === undefined) await ledger.withdraw([record])
    remove(resolve(directory.path, record.spool.path))
  }
}

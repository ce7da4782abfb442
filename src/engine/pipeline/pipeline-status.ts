import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TaskFailure } from '../../core/pipeline-spec.js'
import { UsageError } from '../../core/usage-error.js'
import { JobDirectory } from '../../state/job-directory.js'
import { LedgerIndex } from '../../state/ledger-index.js'
import { readPinned } from './pinned-sources.js'
import type { RecordedPipeline } from './recorded-pipeline.js'
import { fingerprintOfSource } from './source-fingerprint.js'

/** How far a pipeline is, by what is on its disk. */
export interface PipelineStatus {
  readonly name: string
  readonly stages: readonly string[]
  readonly total: number
  readonly complete: number
  /** Neither complete nor failed. */
  readonly pending: number
  readonly failed: number
  /** Of sources that are not complete. */
  readonly openIds: readonly string[]
  readonly failedSources: readonly {
    readonly id: string
    readonly name: string
    readonly attempts: number
    readonly failures: readonly TaskFailure[]
  }[]
}

/**
 * Looks how far a pipeline is: one that runs, or one that does not. Changes nothing. Sources are those of the last run.
 *
 * @throws {UsageError} where there is no state of a pipeline
 */
export async function pipelineStatus(checkpointPath: string): Promise<PipelineStatus> {
  const directory = new JobDirectory(resolve(checkpointPath))
  const recorded = directory.read<RecordedPipeline>(directory.pipeline)
  const pinned = readPinned(directory)
  if (recorded.kind !== 'read' || pinned.kind !== 'read') {
    const what = existsSync(directory.recipe)
      ? 'is the directory of a recipe’s job (pawl monitor shows it)'
      : 'holds no state of a pipeline'
    throw new UsageError(`${directory.path} ${what}: name the checkpointPath of one`)
  }
  const { name, stages, links } = recorded.content
  const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
  try {
    const open: PipelineStatus['failedSources'][number][] = []
    const openIds: string[] = []
    let complete = 0
    for (const source of pinned.content.sources) {
      const placed = ledger.get('placed', source.id)
      const digest = ledger.get('input', source.id)?.digest
      if (placed !== undefined && placed.chain === fingerprintOfSource(source, { digest, links })) {
        complete++
        continue
      }
      openIds.push(source.id)
      const failed = ledger.get('open_source', source.id)
      if (failed !== undefined)
        open.push({ id: source.id, name: source.name, attempts: failed.attempts, failures: failed.failures })
    }
    const total = pinned.content.sources.length
    return {
      name,
      stages,
      total,
      complete,
      failed: open.length,
      pending: total - complete - open.length,
      openIds,
      failedSources: open,
    }
  } finally {
    ledger.close()
  }
}

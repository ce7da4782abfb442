import { existsSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import type { SourceSpec } from '../../core/pipeline-spec.js'
import {
  type ExportedFile,
  type ExportRecord,
  noCounts,
  type PlacedRecord,
  type StagesRecord,
} from '../../core/records.js'
import { UsageError } from '../../core/usage-error.js'
import { isThere, matchesContent, stateOfExport } from '../../execution/coordinator/export/export-state.js'
import { giveNames, settleDisplaced } from '../../execution/coordinator/export/place-export.js'
import { UnitFailed } from '../../execution/coordinator/scheduler/supervise.js'
import { eachFileUnder } from '../../pipeline/folder-pair/list-files.js'
import type { StageOutput } from '../../pipeline/stage.js'
import { makeFolderDurably } from '../../util/durable-file.js'
import { remove } from '../../util/remove.js'
import { discardStaged } from '../../util/staging.js'
import type { OutputManifest } from './output-manifest.js'
import type { PipelineContext } from './pipeline-context.js'

/** True where all files that a source wrote stand as they were written; one that its user edited is the user's, and stays. */
export function placesStand(context: PipelineContext, { files }: PlacedRecord): boolean {
  return files.every(file => {
    if (matchesContent(file.path, file)) return true
    return isThere(file.path) && outputOf(context, file.path)?.mode === 'ignore'
  })
}

/** True where files of others stand at all places where a source would write, and are to be kept. */
export function keepsOthers({ pipeline, manifest, pinned }: PipelineContext, { name }: SourceSpec): boolean {
  const { outputs } = pipeline
  return (
    outputs.length > 0 &&
    outputs.every(({ folder, mode, extension }) => {
      if (mode !== 'ignore' || extension === undefined) return false
      const path = join(folder, `${name}.${extension}`)
      return manifest.at(path) === undefined && isThere(path)
    }) &&
    pinned.sources.length > 0
  )
}

/**
 * Gives what a source wrote its names; the caller records that it is done. The record of the last stage is the intent:
 * after a crash, what it names is adopted where it stands, and renamed where it does not yet.
 *
 * @returns the files as they stand; undefined where staged ones are lost
 * @throws {UnitFailed} where a file of somebody else's stands there and may not be replaced
 */
export function placeOutputs(context: PipelineContext, record: StagesRecord): readonly ExportedFile[] | undefined {
  const placed: ExportedFile[] = []
  for (const file of record.outputs) {
    const stands = matchesContent(file.path, file)
    if (!stands && !existsSync(file.staged)) return undefined
    const own = placeOne(context, record, file)
    if (own !== undefined) placed.push(own)
  }
  return placed
}

/**
 * Takes back those files of a source that have their names already, where others of it are lost: once the intent is
 * withdrawn nobody would know whose they are.
 */
export function takeBack(context: PipelineContext, { outputs }: StagesRecord): void {
  for (const file of outputs) {
    discardStaged(file.staged)
    const isKnown = context.manifest.at(file.path)?.checksum === file.checksum
    if (!isKnown && matchesContent(file.path, file)) remove(file.path)
  }
}

function placeOne(
  context: PipelineContext,
  { fingerprint, attempt }: StagesRecord,
  file: ExportedFile,
): ExportedFile | undefined {
  const { path: target } = file
  const folder = dirname(target)
  makeFolderDurably(folder)
  const before = context.manifest.at(target)
  const previous = before && asExport(before)
  const { mode = 'overwrite' } = outputOf(context, target) ?? {}
  const intent: ExportRecord = {
    ...asExport({ ...file, stamp: undefined }),
    state: 'intent',
    fingerprint,
    displaced: join(folder, `.pawl-displaced-${attempt}-${basename(target)}`),
    previous,
  }
  // A crash left both, and somebody wrote to the place since.
  if (intent.displaced !== undefined && isThere(intent.displaced) && isThere(target)) settleDisplaced(context, intent)
  const isOurs = matchesContent(target, { ...file, stamp: undefined })
  const found = isOurs ? undefined : stateOfExport(previous, context.directory.path, target)
  if (mode === 'ignore' && (found?.kind === 'foreign' || found?.kind === 'edited')) {
    const whose = found.kind === 'foreign' ? 'was there before' : found.what
    context.emit({ event_type: 'warning', message: `${target} ${whose}, and is kept as it is` })
    discardStaged(file.staged)
    return before
  }
  const given = giveNames(context, { target, overwrite: mode === 'overwrite' }, intent)
  if (given.kind === 'given') return given.done.files[0]
  if (mode === 'ignore') {
    discardStaged(file.staged)
    return undefined
  }
  const message = `${target} was written by another program: move it away, write to another folder, or say mode: overwrite to have it set aside`
  throw new UnitFailed({ code: 'output_taken', message, consequence: 'fail_unit' })
}

function asExport(file: ExportedFile): ExportRecord {
  return {
    ...{ kind: 'export', state: 'done', fingerprint: '', target: file.path, isFolder: false },
    ...{ files: [file], counts: noCounts, quarantined: 0 },
  }
}

function outputOf({ pipeline }: Pick<PipelineContext, 'pipeline'>, path: string): StageOutput | undefined {
  return pipeline.outputs.find(({ folder }) => path.startsWith(`${folder}${sep}`))
}

/** Removes files that this pipeline wrote and that no source has any more; what was edited since stays. */
export function removeStale(context: PipelineContext, files: readonly ExportedFile[]): void {
  for (const file of files) {
    if (context.manifest.at(file.path) !== undefined) continue
    const state = stateOfExport(asExport(file), context.directory.path, file.path)
    if (state.kind === 'absent') continue
    if (state.kind === 'unchanged' && remove(file.path))
      context.emit({ event_type: 'output_removed', path: file.path, reason: 'no source gives it any more' })
    else if ('what' in state)
      context.emit({
        event_type: 'warning',
        message: `${file.path} is no output any more; it ${state.what}, and is left there`,
      })
  }
}

/**
 * Makes sure that nothing of others lies where a pipeline writes in mode `error`.
 *
 * @throws {UsageError} naming what lies there
 */
export function refuseStrangers(
  outputs: readonly StageOutput[],
  manifest: OutputManifest,
  intended: Pick<ReadonlySet<string>, 'has'>,
): void {
  for (const { folder, mode } of outputs) {
    if (mode !== 'error' || !existsSync(folder)) continue
    for (const path of eachFileUnder(folder)) {
      if (manifest.at(path) !== undefined || intended.has(path)) continue
      throw new UsageError(
        `${folder} is not empty: it holds ${path}, which this pipeline did not write. Name another folder, or say mode: ignore, overwrite or append`,
      )
    }
  }
}

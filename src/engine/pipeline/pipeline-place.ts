import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { UsageError } from '../../core/usage-error.js'
import type { Stage } from '../../pipeline/stage.js'
import { examineJobPlace, type JobDirectory } from '../../state/job-directory.js'

/** A pipeline as it is written: a name, and stages in order. */
export interface PipelineScript {
  readonly name: string
  readonly stages: readonly Stage[]
}

/** Where the state of a pipeline is kept that names no place for it. */
export function stateBeside({ name, stages }: PipelineScript): string {
  const outputs = stages.flatMap(stage => stage.decompose()).flatMap(({ output }) => output?.folder ?? [])
  const [first] = outputs
  const safe = name.replace(/[^\w.-]/g, '_') || 'pipeline'
  return first === undefined
    ? join('.pawl', safe)
    : join(dirname(resolve(first)), '.pawl', `${basename(resolve(first))}-${safe}`)
}

/** @throws {UsageError} where stages cannot be gone on with, so that no state is of use */
export function refuseUnresumable({ stages }: PipelineScript): void {
  const offenders = stages.flatMap(stage => stage.decompose()).filter(({ isResumable }) => !isResumable)
  if (offenders.length > 0)
    throw new UsageError(
      `checkpointPath needs stages that can be gone on with; ${offenders.map(({ name }) => name).join(', ')} cannot (isResumable: false). Run without checkpointPath, or leave ${offenders.length === 1 ? 'it' : 'them'} out`,
    )
}

/** @throws {UsageError} where a folder is no place for a pipeline's state */
export function refusePlace(directory: JobDirectory): void {
  const place = examineJobPlace(directory.path, undefined)
  if (place.kind === 'occupied')
    throw new UsageError(
      `checkpointPath ${directory.path} holds ${place.by}, which is no part of a pipeline's state: name an empty folder, or one that is not there yet`,
    )
  if (existsSync(directory.recipe))
    throw new UsageError(`checkpointPath ${directory.path} is the directory of a recipe's job: name another folder`)
}

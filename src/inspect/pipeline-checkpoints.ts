import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { FileRef } from '../core/records.js'
import { UsageError } from '../core/usage-error.js'
import { readSpool } from '../pipeline/run/spool.js'
import { DocumentBatch } from '../pipeline/task.js'
import type { JobDirectory } from '../state/job-directory.js'
import { StagedFile } from '../util/durable-file.js'
import { newWriter } from '../util/staging.js'
import type { CheckpointRow } from './checkpoints.js'
import { type PipelineRecords, readPipelineRecords } from './pipeline-records.js'

/** What a pipeline could go on from: behind each stage that hands over to workers of others, what it handed over. */
export async function listSpools(directory: JobDirectory): Promise<CheckpointRow[]> {
  const records = await readPipelineRecords(directory)
  return records.stages
    .map((_, index) => describe(directory, records, index + 1))
    .filter(({ partitions }) => partitions > 0)
}

function describe({ path }: JobDirectory, records: PipelineRecords, done: number): CheckpointRow {
  const spools = spoolsAfter(records, done).filter(spool => spool !== undefined)
  const times = spools.flatMap(spool => statSync(resolve(path, spool.path), { throwIfNoEntry: false })?.mtimeMs ?? [])
  return {
    opsDone: done,
    operator: records.stages[done - 1],
    partitions: spools.length,
    partitionsTotal: records.sources.length,
    rows: spools.reduce((sum, { rows }) => sum + rows, 0),
    sizeBytes: spools.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    lastAt: times.length === 0 ? undefined : new Date(times.reduce((a, b) => Math.max(a, b))),
  }
}

function spoolsAfter({ sources }: PipelineRecords, done: number): (FileRef | undefined)[] {
  return sources.map(({ byDone }) => byDone.get(done)?.spool)
}

/**
 * Writes the documents of all sources as a stage handed them over into one file of JSON lines, in the order of the sources.
 *
 * @throws {UsageError} where there is no such stage, or not all sources came so far
 */
export async function exportSpools(
  directory: JobDirectory,
  { after, to }: { readonly after: string; readonly to: string },
): Promise<{ rows: number; sizeBytes: number }> {
  const target = resolve(to)
  if (existsSync(target)) throw new UsageError(`${target} exists: choose another name`)
  if (!/\.(jsonl|ndjson)$/.test(target)) throw new UsageError(`${to}: what a pipeline handed over is written as .jsonl`)
  const records = await readPipelineRecords(directory)
  const spools = spoolsAfter(records, placeOf(records, after))
  const missing = spools.filter(spool => spool === undefined).length
  if (missing > 0)
    throw new UsageError(
      `${missing} of ${spools.length} sources have nothing kept behind ${after}: only a stage that hands over to workers of others, or to a barrier, keeps it; pawl checkpoint list ${directory.path} shows where`,
    )
  const file = StagedFile.create(dirname(target), newWriter(), 'checkpoint')
  let rows = 0
  try {
    for (const [index, spool] of spools.entries())
      for await (const task of readSpool(directory.path, spool as FileRef, records.sources[index].source.id)) {
        if (!(task instanceof DocumentBatch))
          throw new UsageError(`${after} hands over tasks that are no documents: they have no form as a data file`)
        for (const row of task.rows) {
          file.write(Buffer.from(`${JSON.stringify(row)}\n`))
          rows++
        }
      }
    const { sizeBytes } = file.seal()
    if (!file.publish(target)) throw new UsageError(`${target} exists: choose another name`)
    return { rows, sizeBytes }
  } catch (error) {
    file.discard()
    throw error
  }
}

/** @returns how many stages are done behind it */
function placeOf({ stages }: PipelineRecords, after: string): number {
  const places = stages.flatMap((name, index) => (name === after ? [index + 1] : []))
  if (places.length === 1) return places[0]
  if (/^\d+$/.test(after) && Number(after) < stages.length) return Number(after) + 1
  const which = stages.map((name, index) => `${index} ${name}`).join(', ')
  throw new UsageError(
    places.length > 1
      ? `${after} is there several times: give its place (${which})`
      : `there is no stage ${after}: there are ${which}`,
  )
}

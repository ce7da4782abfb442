import { resolve } from 'node:path'
import type { Sample } from '../../../core/sample.js'
import type { JobSpec, PointInput } from '../../../core/work-unit.js'
import { readRange } from '../../../util/durable-file.js'
import { readCheckpoint, verifyFile } from '../../contents/checkpoint-reader.js'
import { type Row, sampleOf } from '../../contents/row-codec.js'
import { isSystemError, UnitFailure } from '../../protocol/unit-failure.js'
import { digestOfSlice } from '../barrier/verdict.js'
import type { InputBatch } from './input-batch.js'

/** Samples of a point that a barrier did not drop, with their rows in it; `rows` is how many were read. */
export interface PointBatch extends InputBatch {
  readonly numbers: readonly number[]
  readonly rows: number
}

/**
 * Reads the samples of a committed point, without those that a barrier dropped.
 *
 * @throws {UnitFailure} `redo_input` where the checkpoint or the verdict is not what was committed
 */
export async function* readPoint(job: JobSpec, input: PointInput): AsyncGenerator<PointBatch> {
  const { point, verdict } = input
  const path = verifyFile(job.jobDir, point.file)
  const dropped = verdict === undefined ? undefined : readDropped(job, verdict)
  const key = job.textKeys[0]
  let row = 0
  let next = 0
  for await (const rows of readCheckpoint(path, point.encoding, job.batchBytes)) {
    const samples: Sample[] = []
    const numbers: number[] = []
    let bytes = 0
    for (const each of rows) {
      bytes += each.end - each.start
      if (dropped !== undefined && dropped[next] === row) next++
      else {
        samples.push(sampleOf(point.partition, each, key))
        numbers.push(row)
      }
      row++
    }
    yield { samples, numbers, rows: rows.length, bytes, ...ordinalsOf(rows) }
  }
  if (row !== point.file.rows)
    throw damaged(point.file.path, `holds ${row} rows where ${point.file.rows} were committed`)
}

function ordinalsOf(rows: readonly Row[]): { from: number; to: number } {
  const ordinal = (row: Row | undefined) => (row === undefined ? 0 : Number.parseInt(row.origin.slice(1), 10))
  return { from: ordinal(rows[0]), to: ordinal(rows.at(-1)) + 1 }
}

/**
 * The rows that a barrier drops of a partition, ascending.
 *
 * @throws {UnitFailure} `redo_input` where the verdict is not what was committed
 */
export function readDropped(
  job: Pick<JobSpec, 'jobDir'>,
  { path, slice }: NonNullable<PointInput['verdict']>,
): Uint32Array {
  let bytes: Buffer
  try {
    bytes = readRange(resolve(job.jobDir, path), slice.offset, slice.dropped * 4)
  } catch (error) {
    if (isSystemError(error) && error.code !== 'ENOENT') throw error
    throw damaged(path, 'is gone or cut short')
  }
  if (digestOfSlice(bytes, slice.payload?.digest) !== slice.digest)
    throw damaged(path, `does not hold what was decided for partition ${slice.partition}`)
  return Uint32Array.from({ length: slice.dropped }, (_, index) => bytes.readUInt32LE(index * 4))
}

/** Damage to a file that a unit reads, which is then made again. */
export function damaged(path: string, what: string): UnitFailure {
  return new UnitFailure({
    code: 'damaged_checkpoint',
    message: `${path} ${what}; it is set aside and its unit is redone`,
    consequence: 'redo_input',
    path,
  })
}

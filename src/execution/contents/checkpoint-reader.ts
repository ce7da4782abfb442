import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { FileRef, PointRecord, RowEncoding } from '../../core/records.js'
import type { Slice } from '../../core/slice.js'
import type { JobSpec } from '../../core/work-unit.js'
import { readSlice } from '../../io/open-reader.js'
import { readTable } from '../../io/table.js'
import { measureFile } from '../../util/durable-file.js'
import { Checksum } from '../../util/hash.js'
import { UnitFailure } from '../protocol/unit-failure.js'
import { checkpointColumns } from './checkpoint-writer.js'
import { type Row, readJsonlRow } from './row-codec.js'

const rowsPerBatch = 1000

/**
 * Checks a file of the job directory against what the ledger vouches for.
 *
 * @throws {UnitFailure} `redo_input` where it is gone, cut short or changed
 */
export function verifyFile(jobDir: string, file: FileRef): string {
  const damage = findDamage(jobDir, file)
  if (damage !== undefined) throw damage
  return resolve(jobDir, file.path)
}

/** As `verifyFile`, and says what is wrong: `redo_input` where the file is gone, cut short or changed. */
export function findDamage(jobDir: string, file: FileRef): UnitFailure | undefined {
  const path = resolve(jobDir, file.path)
  return findWrongSize(path, file) ?? findWrongChecksum(path, file, measureFile(path).checksum)
}

function findWrongSize(path: string, file: FileRef): UnitFailure | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) return damaged(path, file, 'is gone')
  if (size !== file.sizeBytes) return damaged(path, file, `holds ${size} bytes where ${file.sizeBytes} were committed`)
  return undefined
}

function findWrongChecksum(path: string, file: FileRef, checksum: string): UnitFailure | undefined {
  if (checksum === file.checksum) return undefined
  return damaged(path, file, `has checksum ${checksum} where ${file.checksum} was committed`)
}

function damaged(path: string, file: FileRef, damage: string): UnitFailure {
  const message = `${path} ${damage}; it is set aside and its unit is redone`
  return new UnitFailure({ code: 'damaged_checkpoint', message, consequence: 'redo_input', path: file.path })
}

/**
 * Reads the rows of a checkpoint and verifies it on the way, which spares reading lines twice: for consumers
 * that keep nothing of the rows where an error comes of it, were it after the last.
 *
 * @throws {UnitFailure} `redo_input` where the file is gone, cut short or changed
 */
export async function* readWhileVerifying(
  { jobDir, batchBytes }: Pick<JobSpec, 'jobDir' | 'batchBytes'>,
  { file, encoding }: Pick<PointRecord, 'file' | 'encoding'>,
): AsyncGenerator<Row[]> {
  if (encoding.format !== 'jsonl' || encoding.compression === 'gzip') {
    yield* readCheckpoint(verifyFile(jobDir, file), encoding, batchBytes)
    return
  }
  const path = resolve(jobDir, file.path)
  const wrongSize = findWrongSize(path, file)
  if (wrongSize !== undefined) throw wrongSize
  const checksum = new Checksum()
  try {
    yield* readLines(path, encoding, { batchBytes, onRaw: raw => checksum.update(raw) })
  } catch (error) {
    // Damage is the likeliest cause of rows that cannot be read.
    verifyFile(jobDir, file)
    throw error
  }
  const wrongChecksum = findWrongChecksum(path, file, checksum.digest())
  if (wrongChecksum !== undefined) throw wrongChecksum
}

/** Reads the rows of a verified checkpoint in order, in batches; their bytes are valid until the next batch is asked for. */
export async function* readCheckpoint(path: string, encoding: RowEncoding, batchBytes: number): AsyncGenerator<Row[]> {
  if (encoding.format === 'jsonl') {
    yield* readLines(path, encoding, { batchBytes })
    return
  }
  const selection = { columnNames: checkpointColumns.map(column => column.name), batchRows: rowsPerBatch }
  for await (const [origins, stats, hashes, samples] of readTable(path, encoding.format, selection)) {
    yield samples.map((sample, index) => {
      const bytes = sample as Buffer
      return {
        origin: String(origins[index]),
        stats: textOf(stats[index]),
        hashes: textOf(hashes[index]),
        bytes,
        start: 0,
        end: bytes.length,
      }
    })
  }
}

function textOf(value: Buffer | null): string | null {
  return value === null ? null : value.toString()
}

async function* readLines(
  path: string,
  encoding: RowEncoding,
  { batchBytes, onRaw }: { readonly batchBytes: number; readonly onRaw?: (bytes: Buffer) => void },
): AsyncGenerator<Row[]> {
  const isGzip = encoding.compression === 'gzip'
  const { size } = statSync(path)
  const slice: Slice = {
    path,
    format: 'jsonl',
    compression: isGzip ? 'gzip' : 'none',
    cut: isGzip ? { kind: 'whole' } : { kind: 'bytes', start: 0, end: size },
  }
  const options = { batchBytes, maxRecordBytes: Number.MAX_SAFE_INTEGER, textKey: 'text' }
  for await (const { bytes, raw, records } of readSlice(slice, options)) {
    onRaw?.(raw)
    yield records.map(record => {
      if (record.kind !== 'record') throw new Error(`${path}: ${record.message}`)
      return readJsonlRow(bytes, record.start, record.end)
    })
  }
}

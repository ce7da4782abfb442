import { statSync } from 'node:fs'
import { describeOpenError } from './byte-source.js'
import { InputError } from './input-error.js'
import type { DatasetFormat, FileCompression, ReadOptions, RecordBatch, Slice, Survey } from './reader.js'

/**
 * Reads the records of a slice, in order and in batches that are the same on every read of an unchanged
 * slice. Formats are loaded when they are first read.
 *
 * @throws {InputError} while iterating, where the file is missing, damaged, or changed underneath
 */
export async function* readSlice(slice: Slice, options: ReadOptions): AsyncGenerator<RecordBatch> {
  switch (slice.format) {
    case 'jsonl': {
      const { readJsonl } = await import('./jsonl/read-jsonl.js')
      return yield* readJsonl(slice, options)
    }
    case 'json': {
      const { readJson } = await import('./json/read-json.js')
      return yield* readJson(slice, options)
    }
    case 'csv':
    case 'tsv': {
      const { readCsv } = await import('./csv/read-csv.js')
      return yield* readCsv(slice, options)
    }
    case 'text': {
      const { readText } = await import('./text/read-text.js')
      return yield* readText(slice, options)
    }
    default:
      throw new InputError('unsupported', slice.path, `${slice.path}: format ${slice.format} is not supported yet`)
  }
}

/**
 * What a file offers for cutting, learned from its size or its footer.
 *
 * @throws {InputError} where the file cannot be read or its footer is damaged
 */
export async function surveyFile(path: string, format: DatasetFormat, compression: FileCompression): Promise<Survey> {
  const sizeBytes = sizeOf(path)
  if (compression === 'none' && format === 'jsonl') return { kind: 'bytes', sizeBytes }
  return { kind: 'whole', sizeBytes }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (error) {
    throw describeOpenError(path, error)
  }
}

export { alignToLine } from './jsonl/align-to-line.js'

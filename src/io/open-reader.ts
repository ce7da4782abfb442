import { statSync } from 'node:fs'
import type { InputFile } from '../core/partition.js'
import { describeOpenError } from './byte-source.js'
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
    case 'parquet': {
      const { readParquet } = await import('./parquet/read-parquet.js')
      return yield* readParquet(slice, options)
    }
    case 'arrow': {
      const { readArrow } = await import('./arrow/read-arrow.js')
      return yield* readArrow(slice, options)
    }
  }
}

/**
 * What a file offers for cutting, learned from its size or its footer.
 *
 * @throws {InputError} where the file cannot be read or its footer is damaged
 */
export async function surveyFile(path: string, format: DatasetFormat, compression: FileCompression): Promise<Survey> {
  const sizeBytes = sizeOf(path)
  const known = surveyBySize({ format, compression, sizeBytes })
  if (known !== undefined) return known
  if (format === 'parquet') {
    const { surveyParquet } = await import('./parquet/read-parquet.js')
    return surveyParquet(path)
  }
  const { surveyArrow } = await import('./arrow/read-arrow.js')
  return surveyArrow(path, sizeBytes)
}

/** What a file offers for cutting, where its size says all of that; undefined where its footer has to be read. */
export function surveyBySize(file: Pick<InputFile, 'format' | 'compression' | 'sizeBytes'>): Survey | undefined {
  const { format, compression, sizeBytes } = file
  if (format === 'parquet' || format === 'arrow') return undefined
  return { kind: compression === 'none' && format === 'jsonl' ? 'bytes' : 'whole', sizeBytes }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (error) {
    throw describeOpenError(path, error)
  }
}

export { isCsvNumber } from './csv/csv-number.js'
export { profileCsv } from './csv/profile-csv.js'
export { alignToLine } from './jsonl/align-to-line.js'

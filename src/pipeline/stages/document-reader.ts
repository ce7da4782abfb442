import { basename } from 'node:path'
import { z } from 'zod'
import type { JsonObject } from '../../core/json.js'
import type { Origin } from '../../core/origin.js'
import { Sample } from '../../core/sample.js'
import type { Cut, DatasetFormat, Slice } from '../../core/slice.js'
import { SourceText } from '../../core/source-text.js'
import { formatOfName } from '../../io/listing/formats.js'
import { sniffJson } from '../../io/listing/sniff-json.js'
import { readSlice } from '../../io/open-reader.js'
import type { RecordBatch, SourceRecord } from '../../io/reader.js'
import { JsonSyntaxError } from '../../util/json-scan.js'
import { defineStage, type OptionsOf, readOptions } from '../define-stage.js'
import { ownModule } from '../parts.js'
import { CompositeStage, type StageContext } from '../stage.js'
import { DocumentBatch, type EmptyTask, type FileGroupTask, type FileRange } from '../task.js'
import { FilePartitioningStage, type PartitioningOptions, partitioningOptions } from './file-partitioning.js'
import { pickFields } from './pick-fields.js'

const readingOptions = {
  fields: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Takes only these fields of each document, in this order. Default: all.'),
  textField: z
    .string()
    .default('text')
    .describe('The field that holds the text; for plain text files, the one that lines go to.'),
  batchBytes: z
    .int()
    .min(1)
    .default(1 << 20)
    .describe('Bytes of documents that are passed on at once, about.'),
  maxSampleMb: z.number().positive().default(64).describe('A longer document is put in quarantine.'),
} as const

type ReadingOptions = OptionsOf<typeof readingOptions>

/** What readers take: which files become sources, and what is taken of them. */
export interface ReaderOptions extends PartitioningOptions {
  /** Takes only these fields of each document, in this order. Default: all. */
  readonly fields?: readonly string[]
  /** The field that holds the text. Default: "text". */
  readonly textField?: string
  /** Bytes of documents that are passed on at once, about. Default: 1 MiB. */
  readonly batchBytes?: number
  /** A longer document is put in quarantine. Default: 64. */
  readonly maxSampleMb?: number
}

function defineReader(name: string, format: DatasetFormat | undefined) {
  return defineStage({
    module: ownModule,
    name,
    options: readingOptions,
    takes: ['FileGroupTask'],
    gives: ['DocumentBatch'],
    create: options => ({
      process: (group: FileGroupTask, context: StageContext) => readDocuments(group, { format, ...options }, context),
    }),
  })
}

/** Reads files of JSON lines, also compressed, as documents. */
export const JsonlReaderStage = defineReader('JsonlReaderStage', 'jsonl')
/** Reads Parquet files as documents. */
export const ParquetReaderStage = defineReader('ParquetReaderStage', 'parquet')
/** Reads files of any format that Pawl knows, by their suffixes. */
export const DocumentReaderStage = defineReader('DocumentReaderStage', undefined)

abstract class Reader extends CompositeStage<EmptyTask, DocumentBatch> {
  readonly #options: ReadingOptions & OptionsOf<typeof partitioningOptions>
  readonly #reader: typeof DocumentReaderStage

  /** @internal */
  constructor(name: string, reader: unknown, given: ReaderOptions) {
    super()
    this.name = name
    this.#reader = reader as typeof DocumentReaderStage
    this.#options = readOptions({ name, options: { ...partitioningOptions, ...readingOptions } }, given)
  }

  override decompose() {
    const { fields, textField, batchBytes, maxSampleMb, ...partitioning } = this.#options
    const ReaderClass = this.#reader
    return [
      new FilePartitioningStage(partitioning) as never,
      new ReaderClass({ fields, textField, batchBytes, maxSampleMb }) as never,
    ]
  }
}

/**
 * Lists JSONL files, and reads them as documents.
 *
 * @example
 * import { JsonlReader, JsonlWriter, Pipeline } from 'pawl'
 *
 * const pipeline = new Pipeline({ name: 'copy' })
 *   .addStage(new JsonlReader({ filePaths: 'input/', fields: ['text', 'id'] }))
 *   .addStage(new JsonlWriter({ path: 'output/' }))
 * console.log(pipeline.describe())
 */
export class JsonlReader extends Reader {
  constructor(options: ReaderOptions) {
    super('JsonlReader', JsonlReaderStage, {
      fileExtensions: ['jsonl', 'ndjson', 'json', 'jsonl.gz', 'jsonl.zst', 'ndjson.gz', 'ndjson.zst'],
      ...options,
    })
  }
}

/** Lists Parquet files, and reads them as documents. */
export class ParquetReader extends Reader {
  constructor(options: ReaderOptions) {
    super('ParquetReader', ParquetReaderStage, { fileExtensions: ['parquet'], ...options })
  }
}

type Reading = ReadingOptions & { readonly format: DatasetFormat | undefined }

async function* readDocuments(
  group: FileGroupTask,
  options: Reading,
  context: StageContext,
): AsyncGenerator<DocumentBatch> {
  let ordinal = 0
  for (const [index, path] of group.data.entries()) {
    const slice = await sliceOf(path, group.range, options.format)
    const reading = {
      batchBytes: options.batchBytes,
      maxRecordBytes: options.maxSampleMb * 1e6,
      textKey: options.textField,
    }
    for await (const batch of readSlice(slice, reading)) {
      const records = inRange(batch.records, group.range)
      if (records === 'past') break
      const origins = records.map(
        (record): Origin => ({
          partition: context.source.id,
          ordinal: ordinal++,
          slice: index,
          line: record.line,
          offset: record.offset,
        }),
      )
      const samples = toSamples(batch, records, { origins, options, context })
      if (samples.length > 0)
        yield new DocumentBatch(samples, { datasetName: group.datasetName || basename(path), metadata: group.metadata })
    }
  }
}

/** The records of a batch that belong to a range of lines; `past` where none does any more. */
function inRange(records: readonly SourceRecord[], range: FileRange | undefined): readonly SourceRecord[] | 'past' {
  if (range?.kind !== 'lines' || records.length === 0) return records
  if (records[0].line > range.end) return 'past'
  return records.filter(({ line }) => line > range.start && line <= range.end)
}

async function sliceOf(path: string, range: FileRange | undefined, wanted: DatasetFormat | undefined): Promise<Slice> {
  const found = formatOfName(path)
  const compression = found?.compression ?? 'none'
  const named = found?.format === 'json' ? await sniffJson(path, compression) : (found?.format ?? wanted ?? 'text')
  const format = wanted === 'parquet' ? wanted : named
  const cut: Cut = range?.kind === 'bytes' ? { kind: 'bytes', start: range.start, end: range.end } : { kind: 'whole' }
  return { path, format, compression, cut }
}

interface Reads {
  readonly origins: readonly Origin[]
  readonly options: Reading
  readonly context: StageContext
}

/** What is no document goes to quarantine. Buffers of a batch are used again for the next, so that the bytes are copied. */
function toSamples(
  batch: RecordBatch,
  records: readonly SourceRecord[],
  { origins, options, context }: Reads,
): Sample[] {
  const bytes = Buffer.from(batch.bytes)
  const samples: Sample[] = []
  for (const [index, record] of records.entries()) {
    const origin = origins[index]
    if (record.kind === 'defect') {
      context.setAside(defective(origin, record.bytes), record)
      continue
    }
    try {
      const { textField, fields } = options
      const sample = Sample.scan(origin, new SourceText(bytes, record.start, record.end), textField)
      samples.push(fields === undefined ? sample : pickFields(sample, fields, textField))
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error
      const message = `${error.message} at byte ${error.offset - record.start + 1} of the record`
      context.setAside(defective(origin, bytes.subarray(record.start, record.end)), { code: 'not_json', message })
    }
  }
  return samples
}

/** A place that holds no document, as what is set aside: it carries its bytes as a text. */
function defective(origin: Origin, bytes: Buffer | undefined): Sample {
  const value: JsonObject = bytes === undefined ? {} : { raw: bytes.toString() }
  return Sample.of(value, origin)
}

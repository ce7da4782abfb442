import type { RowSchema } from '../../../core/columns.js'
import type { InputColumns } from '../../../core/partition.js'
import type { Slice } from '../../../core/slice.js'
import { SourceText } from '../../../core/source-text.js'
import { alignToLine, readSlice } from '../../../io/open-reader.js'
import { inferSchema } from '../../../io/open-writer.js'
import type { RowBatch } from '../../../io/writer.js'
import { estimateBytes, type SurveyedFile } from '../../../planning/cut-file.js'
import type { DatasetProfile, Modality } from '../../../planning/size-partitions.js'
import { JsonSyntaxError } from '../../../util/json-scan.js'

/** Data-Juicer looks at up to 500 samples, taken from the head; here they are spread over the dataset. */
const samplesWanted = 500
const places = 16
const placeBytes = 256 << 10

/** JSON texts of up to 500 records, spread over a dataset. */
export async function* spreadRecords(files: readonly SurveyedFile[], textKey: string): AsyncGenerator<string> {
  const totalBytes = files.reduce((sum, file) => sum + estimateBytes(file), 0)
  // The places of a small dataset would overlap.
  const isSmall = totalBytes <= places * placeBytes
  const slices = isSmall ? files.map(wholeFile) : spreadSlices(files, totalBytes)
  const limit = Math.ceil(samplesWanted / (isSmall ? Math.max(1, files.length) : places))
  for (const slice of slices) for await (const { text } of readSome(slice, textKey, limit)) yield text
}

function wholeFile({ file: { path, format, compression }, survey }: SurveyedFile): Slice {
  const cut =
    survey.kind === 'bytes'
      ? ({ kind: 'bytes', start: 0, end: survey.sizeBytes } as const)
      : survey.kind === 'groups'
        ? ({ kind: 'groups', start: 0, end: survey.groups.length } as const)
        : ({ kind: 'whole' } as const)
  return { path, format, compression, cut }
}

/** Looks at samples spread over a dataset, at most a few megabytes of it. */
export async function profileDataset(
  files: readonly SurveyedFile[],
  textKey: string,
  { declared, numbers }: Omit<InputColumns, 'seen'>,
): Promise<DatasetProfile & { readonly columns: RowSchema }> {
  const totalBytes = files.reduce((sum, file) => sum + estimateBytes(file), 0)
  const sizes: number[] = []
  const texts: string[] = []
  const modalities = new Map<Modality, number>()
  for (const slice of spreadSlices(files, totalBytes)) {
    const told = { ...slice, reading: { numbers } }
    for await (const { text, sizeBytes } of readSome(told, textKey, Math.ceil(samplesWanted / places))) {
      sizes.push(sizeBytes)
      texts.push(text)
      const modality = modalityOf(text)
      modalities.set(modality, (modalities.get(modality) ?? 0) + 1)
    }
  }
  const mean = sizes.length === 0 ? 0 : sizes.reduce((sum, size) => sum + size, 0) / sizes.length
  const variance = sizes.length === 0 ? 0 : sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / sizes.length
  const [modality] = [...modalities].sort((a, b) => b[1] - a[1])[0] ?? ['text']
  return {
    totalBytes,
    sampledRecords: sizes.length,
    meanRecordBytes: mean,
    skew: mean === 0 ? 0 : Math.sqrt(variance) / mean,
    modality,
    columns: await inferSchema(rowsOf(texts), declared),
  }
}

/** Those of the texts that are samples. */
async function* rowsOf(texts: readonly string[]): AsyncGenerator<RowBatch> {
  for (const text of texts) {
    const bytes = Buffer.from(text)
    try {
      new SourceText(bytes, 0, bytes.length).scan('')
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error
      continue
    }
    yield { bytes, rows: [{ start: 0, end: bytes.length }] }
  }
}

/** Stretches to look at, at even distances along the files. */
function* spreadSlices(files: readonly SurveyedFile[], totalBytes: number): Generator<Slice> {
  const step = Math.max(1, totalBytes / places)
  let passed = 0
  let next = 0
  for (const each of files) {
    const { file, survey } = each
    const bytes = estimateBytes(each)
    const { path, format, compression } = file
    for (; next < passed + bytes; next += step) {
      if (survey.kind === 'bytes') {
        const start = alignToLine(path, Math.floor(next - passed), survey.sizeBytes)
        const end =
          start + placeBytes >= survey.sizeBytes
            ? survey.sizeBytes
            : alignToLine(path, start + placeBytes, survey.sizeBytes)
        if (end > start) yield { path, format, compression, cut: { kind: 'bytes', start, end } }
      } else if (survey.kind === 'groups') {
        const group = Math.min(survey.groups.length - 1, Math.floor(((next - passed) / bytes) * survey.groups.length))
        yield { path, format, compression, cut: { kind: 'groups', start: group, end: group + 1 } }
      } else {
        yield { path, format, compression, cut: { kind: 'whole' } }
        next = passed + bytes
        break
      }
    }
    passed += bytes
  }
}

async function* readSome(
  slice: Slice,
  textKey: string,
  limit: number,
): AsyncGenerator<{ text: string; sizeBytes: number }> {
  let seen = 0
  for await (const { bytes, records } of readSlice(slice, {
    batchBytes: placeBytes,
    maxRecordBytes: 64 << 20,
    textKey,
  })) {
    for (const record of records) {
      if (record.kind === 'record')
        yield { text: bytes.toString('utf8', record.start, record.end), sizeBytes: record.end - record.start + 1 }
      if (++seen >= limit) return
    }
    return
  }
}

/** A sample's modality: which of `text`, `images`, `audios`, `videos` hold something; more than one is multimodal. */
function modalityOf(text: string): Modality {
  if (!/"(images|audios|videos)"/.test(text)) return 'text'
  let sample: Readonly<Record<string, unknown>>
  try {
    sample = JSON.parse(text) as Record<string, unknown>
  } catch {
    // Malformed records are counted for their size only.
    return 'text'
  }
  const holds = (key: string) => Array.isArray(sample[key]) && (sample[key] as unknown[]).length > 0
  const media: Modality[] = []
  if (holds('images')) media.push('image')
  if (holds('audios')) media.push('audio')
  if (holds('videos')) media.push('video')
  if (media.length === 0) return 'text'
  const hasText = typeof sample['text'] === 'string' && sample['text'] !== ''
  return media.length > 1 || hasText ? 'multimodal' : media[0]
}

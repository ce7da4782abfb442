import { surveyAll } from '../execution/coordinator/dataset/open-dataset.js'
import { spreadRecords } from '../execution/coordinator/dataset/profile-dataset.js'
import { listInputs, parseDatasetPath } from '../io/list-inputs.js'
import { loadLanguageModel } from '../ops/text/language.js'

/** A field of the records that were looked at. */
export interface FieldLook {
  readonly name: string
  /** Share of the records that have it. */
  readonly share: number
  readonly kinds: readonly string[]
  /** Mean length where it holds text, in code points. */
  readonly meanLength: number
}

/** What a look at some of a dataset's records shows. */
export interface DataLook {
  readonly files: number
  readonly bytes: number
  readonly records: number
  readonly fields: readonly FieldLook[]
  /** The field that holds the text, if any does. */
  readonly textKey: string | undefined
  /** Languages of the texts, the most frequent first, with their shares. */
  readonly languages: readonly { readonly language: string; readonly share: number }[]
  /** Lengths of the texts in code points, at these shares of them. */
  readonly lengths: {
    readonly least: number
    readonly p5: number
    readonly p50: number
    readonly p95: number
    readonly most: number
  }
}

const textForLanguage = 500

/**
 * Looks at up to 500 records spread over a dataset.
 *
 * @throws {InputError} where it cannot be listed or read
 */
export async function lookAtData(data: string): Promise<DataLook> {
  const { files } = await listInputs(parseDatasetPath(data).map(({ path }) => path))
  const records: Record<string, unknown>[] = []
  for await (const text of spreadRecords(await surveyAll(files), 'text')) {
    const record = parseRecord(text)
    if (record !== undefined) records.push(record)
  }
  const fields = lookAtFields(records)
  const textKey = findTextKey(fields)
  const texts = textKey === undefined ? [] : records.flatMap(record => textOf(record[textKey]))
  return {
    files: files.length,
    bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    records: records.length,
    fields,
    textKey,
    languages: await lookAtLanguages(texts),
    lengths: lookAtLengths(texts),
  }
}

function parseRecord(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    // What a run would set aside says nothing about the others.
    return undefined
  }
}

function textOf(value: unknown): string[] {
  return typeof value === 'string' ? [value] : []
}

function lookAtFields(records: readonly Record<string, unknown>[]): FieldLook[] {
  const names = [...new Set(records.flatMap(record => Object.keys(record)))]
  return names.map(name => {
    const values = records.filter(record => Object.hasOwn(record, name)).map(record => record[name])
    const texts = values.flatMap(textOf)
    return {
      name,
      share: values.length / records.length,
      kinds: [...new Set(values.map(kindOf))].sort(),
      meanLength: texts.reduce((sum, text) => sum + text.length, 0) / Math.max(1, texts.length),
    }
  })
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  return typeof value === 'object' ? 'map' : typeof value === 'string' ? 'text' : typeof value
}

const usualNames = ['text', 'content', 'raw_content', 'body', 'document', 'article']

/** The field of a usual name, or else the longest of those that hold text in most records. */
function findTextKey(fields: readonly FieldLook[]): string | undefined {
  const holding = fields.filter(({ kinds, share }) => kinds.includes('text') && share > 0.5)
  const usual = usualNames.find(name => holding.some(field => field.name === name))
  return usual ?? holding.toSorted((a, b) => b.meanLength - a.meanLength)[0]?.name
}

async function lookAtLanguages(texts: readonly string[]): Promise<{ language: string; share: number }[]> {
  const filled = texts.filter(text => text.trim() !== '')
  if (filled.length === 0) return []
  const { identify } = await loadLanguageModel('eld')
  const counts = new Map<string, number>()
  for (const text of filled) {
    const { language } = identify(text.slice(0, textForLanguage))
    if (language !== '') counts.set(language, (counts.get(language) ?? 0) + 1)
  }
  return [...counts]
    .map(([language, count]) => ({ language, share: count / filled.length }))
    .sort((a, b) => b.share - a.share)
}

function lookAtLengths(texts: readonly string[]): DataLook['lengths'] {
  const lengths = texts.map(text => [...text].length).sort((a, b) => a - b)
  const at = (share: number) => lengths[Math.floor(share * (lengths.length - 1))] ?? 0
  return { least: at(0), p5: at(0.05), p50: at(0.5), p95: at(0.95), most: at(1) }
}

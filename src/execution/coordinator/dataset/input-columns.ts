import type { Recipe } from '../../../config/recipe.js'
import type { ColumnType, RowColumn, RowSchema } from '../../../core/columns.js'
import { keysNamedBy } from '../../../core/named-keys.js'
import type { DatasetCut, InputColumns, InputFile } from '../../../core/partition.js'
import type { Slice, SliceReading } from '../../../core/slice.js'
import type { CsvColumnLook } from '../../../io/csv/profile-csv.js'
import { profileCsv } from '../../../io/open-reader.js'
import type { SurveyedFile } from '../../../planning/cut-file.js'
import { canonicalJson } from '../../../util/hash.js'
import { forEachConcurrently } from '../../../util/pool.js'
import { hiveTypes, readHive } from './hive-columns.js'

/** Rows of CSV that decide on the types of columns: so many of the first file, and of each further one. */
const firstFileRows = 10_000
const furtherFileRows = 1_000

/**
 * What the columns of the input are, decided once a job: the types that Parquet and Arrow files say, and which columns of
 * CSV hold numbers. A column of which that was decided before keeps it; one of CSV that came later is text.
 */
export async function decideColumns(
  recipe: Recipe,
  surveyed: readonly SurveyedFile[],
  before: InputColumns | undefined,
): Promise<Omit<InputColumns, 'seen'>> {
  const declared = mergeDeclared(surveyed)
  return { declared, numbers: before?.numbers ?? (await findNumbers(recipe, surveyed)) }
}

/** Columns that every file which has them gives the same type. */
function mergeDeclared(surveyed: readonly SurveyedFile[]): RowSchema {
  const types = new Map<string, ColumnType | undefined>()
  for (const { survey } of surveyed) {
    for (const { name, type } of survey.columns ?? []) {
      const isSame = !types.has(name) || canonicalJson(types.get(name)) === canonicalJson(type)
      types.set(name, isSame ? type : undefined)
    }
  }
  return [...types].flatMap(([name, type]): RowColumn[] => (type === undefined ? [] : [{ name, type }]))
}

async function findNumbers(recipe: Recipe, surveyed: readonly SurveyedFile[]): Promise<string[]> {
  const files = surveyed.map(({ file }) => file).filter(isCsv)
  const looks = new Array<ReadonlyMap<string, CsvColumnLook>>(files.length)
  await forEachConcurrently(files.entries(), 8, async ([index, { path, format, compression }]) => {
    const slice: Slice = { path, format, compression, cut: { kind: 'whole' } }
    looks[index] = await profileCsv(slice, index === 0 ? firstFileRows : furtherFileRows)
  })
  const joined = new Map<string, CsvColumnLook>()
  for (const [name, look] of looks.flatMap(each => [...each])) {
    const known = joined.get(name) ?? 'empty'
    joined.set(name, known === 'text' || look === 'empty' ? known : look)
  }
  const texts = textKeys(recipe)
  return [...joined].flatMap(([name, look]) => (look === 'numbers' && !texts.has(name) ? [name] : []))
}

function isCsv({ format }: Pick<InputFile, 'format'>): boolean {
  return format === 'csv' || format === 'tsv'
}

function textKeys(recipe: Recipe): Set<string> {
  return new Set([...recipe.text_keys, ...recipe.operators.flatMap(keysNamedBy)])
}

/** Tells the readers of a cut's slices what they need to know of their columns, by the recipe as it is now. */
export function tellReaders(recipe: Recipe, cut: DatasetCut, misfits: 'text' | 'quarantine'): DatasetCut {
  const { columns } = cut
  const overrides = Object.entries(recipe.csv_types)
  const numbers = new Set(columns?.numbers)
  for (const [name, type] of overrides) type === 'number' ? numbers.add(name) : numbers.delete(name)
  const texts = binaryTexts(recipe, columns?.declared ?? [])
  const hive = recipe.hive_partitioning ? hiveTypes(cut.files) : undefined
  const readingOf = ({ path, format }: Slice): SliceReading | undefined => {
    const constants = hive === undefined ? [] : readHive(path, hive)
    const reading: SliceReading = {
      ...(isCsv({ format }) ? { numbers: [...numbers].sort(), misfits } : {}),
      ...((format === 'parquet' || format === 'arrow') && texts.length > 0 ? { texts } : {}),
      ...(constants.length > 0 ? { constants } : {}),
    }
    return Object.keys(reading).length > 0 ? reading : undefined
  }
  // Slices that need not be told anything, most of those of a million files, stay the objects that they are.
  const told = (slice: Slice): Slice => {
    const reading = readingOf(slice)
    return reading === undefined && slice.reading === undefined ? slice : { ...slice, reading }
  }
  return { ...cut, partitions: cut.partitions.map(each => ({ ...each, slices: each.slices.map(told) })) }
}

/** Text keys that hold bytes where they come from. */
function binaryTexts(recipe: Recipe, declared: RowSchema): string[] {
  const texts = textKeys(recipe)
  return declared.flatMap(({ name, type }) => (texts.has(name) && isBinary(type) ? [name] : []))
}

function isBinary(type: ColumnType): boolean {
  return typeof type === 'object' && 'exact' in type && type.exact === 'binary'
}

/** The types that an export may keep: bytes that are read as text are text from there on. */
export function exportColumns(cut: DatasetCut): { readonly declared: RowSchema; readonly seen: RowSchema } {
  const { declared = [], seen = [] } = cut.columns ?? {}
  const texts = new Set(cut.partitions.flatMap(({ slices }) => slices.flatMap(({ reading }) => reading?.texts ?? [])))
  const asText = (columns: RowSchema) =>
    columns.map((column): RowColumn => (texts.has(column.name) ? { ...column, type: 'text' } : column))
  return { declared: asText(declared), seen: asText(seen) }
}

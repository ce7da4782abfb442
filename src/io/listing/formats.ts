import type { DatasetFormat, FileCompression } from '../reader.js'

export interface FileFormat {
  readonly format: DatasetFormat
  readonly compression: FileCompression
}

/** Text suffixes are Data-Juicer's, without those that need a converter (.docx, .pdf). */
const textSuffixes =
  'txt text md tex rst asm bat cmd c h cs cpp hpp c++ h++ cc hh cmake css dockerfile f90 f f03 f08 f77 f95 for fpp go hs html java js jl lua makefile php php3 php4 php5 phps phpt pl pm pod perl ps1 psd1 psm1 py rb rs sql scala sh bash command zsh ts tsx vb'

const formatOfSuffix = new Map<string, DatasetFormat>([
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['json', 'json'],
  ['csv', 'csv'],
  ['tsv', 'tsv'],
  ['parquet', 'parquet'],
  ['arrow', 'arrow'],
  ['feather', 'arrow'],
  ['ipc', 'arrow'],
  ...textSuffixes.split(' ').map(suffix => [suffix, 'text'] as const),
])

const compressionOfSuffix = new Map<string, FileCompression>([
  ['gz', 'gzip'],
  ['zst', 'zstd'],
])

/** Formats that are compressed as a file; Parquet and Arrow compress inside. */
const compressible = new Set<DatasetFormat>(['jsonl', 'json', 'csv', 'tsv', 'text'])

/** The suffixes that tell a format, for messages. */
export const knownSuffixes = '.jsonl, .ndjson, .json, .csv, .tsv, .txt (each also with .gz or .zst), .parquet, .arrow'

/** What the suffix of a file name says about its format; case does not count. Undefined where it says nothing. */
export function formatOfName(name: string): FileFormat | undefined {
  const parts = name.toLowerCase().split('.')
  const compression = compressionOfSuffix.get(parts.at(-1) as string)
  if (compression !== undefined) parts.pop()
  if (parts.length < 2) return undefined
  const format = formatOfSuffix.get(parts.at(-1) as string)
  if (format === undefined || (compression !== undefined && !compressible.has(format))) return undefined
  return { format, compression: compression ?? 'none' }
}

/** True where a file name ends in one of the suffixes, written with or without their dot. */
export function hasSuffix(name: string, suffixes: readonly string[]): boolean {
  const lower = name.toLowerCase()
  return suffixes.some(suffix =>
    lower.endsWith(suffix.startsWith('.') ? suffix.toLowerCase() : `.${suffix.toLowerCase()}`),
  )
}

import { statSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { InputError } from '../../io/input-error.js'
import { formatOfName } from '../../io/listing/formats.js'
import { sniffJson } from '../../io/listing/sniff-json.js'
import { readSlice } from '../../io/open-reader.js'
import { JobDirectory } from '../../state/job-directory.js'
import { LedgerIndex } from '../../state/ledger-index.js'
import { eachFileUnder, type ListFilesOptions } from './list-files.js'
import { withoutSuffixes } from './stem-of.js'

/** How input files are matched with output files, and when one of those counts. */
export interface RemainingOptions extends ListFilesOptions {
  /**
   * `relative`: by the path in the folder without suffixes (default); `stem`: by the name without suffixes, wherever it
   * lies; or a function that makes of an input's path in its folder the path of its output in the other.
   */
  readonly match?: 'relative' | 'stem' | ((input: string) => string)
  /** `non-empty` (default); `exists`; `valid`: all of it can be read. */
  readonly complete?: 'non-empty' | 'exists' | 'valid'
  /** The state of the pipeline that wrote the output: what is on record there as complete counts also where it is empty. */
  readonly checkpointPath?: string
}

/**
 * Compares two folders: the files of one that have no complete output in the other, in natural order. Files are
 * compared, not counted.
 *
 * @param input a folder of files, or one file
 * @param output the folder that results go to; it need not be there yet
 * @param options how they are matched, and when an output counts
 * @returns paths that begin as `input` does
 * @throws {InputError} where the input does not exist or a folder cannot be listed
 * @example
 * import { remainingFiles } from 'pawl'
 *
 * const options = { recurseSubdirectories: false, keepExtensions: 'jsonl' }
 * for (const path of await remainingFiles('.', 'scratch', options)) console.log(path)
 */
export async function remainingFiles(input: string, output: string, options: RemainingOptions = {}): Promise<string[]> {
  const remaining: string[] = []
  for await (const path of eachRemainingFile(input, output, options)) remaining.push(path)
  return remaining
}

/** As `remainingFiles`, one at a time. */
export async function* eachRemainingFile(
  input: string,
  output: string,
  options: RemainingOptions = {},
): AsyncGenerator<string> {
  const { match = 'relative', complete = 'non-empty', checkpointPath, ...listing } = options
  const recorded = checkpointPath === undefined ? new Set<string>() : outputsOnRecord(checkpointPath)
  const outputs = statSync(output, { throwIfNoEntry: false })?.isDirectory()
    ? listOutputs(output, match)
    : new Map<string, string[]>()
  for (const path of eachFileUnder(input, listing)) {
    const place = relative(input, path) || basename(path)
    const candidates =
      typeof match === 'function' ? [join(output, match(place))] : (outputs.get(keyOf(place, match)) ?? [])
    let isDone = false
    for (const candidate of candidates)
      isDone ||= recorded.has(resolve(candidate)) || (await isComplete(candidate, complete))
    if (!isDone) yield path
  }
}

function listOutputs(output: string, match: RemainingOptions['match']): Map<string, string[]> {
  const outputs = new Map<string, string[]>()
  if (typeof match === 'function') return outputs
  for (const path of eachFileUnder(output)) {
    const key = keyOf(relative(output, path), match)
    const known = outputs.get(key)
    if (known === undefined) outputs.set(key, [path])
    else known.push(path)
  }
  return outputs
}

function keyOf(place: string, match: RemainingOptions['match']): string {
  const bare = withoutSuffixes(place)
  return match === 'stem' ? basename(bare) : bare
}

async function isComplete(path: string, complete: NonNullable<RemainingOptions['complete']>): Promise<boolean> {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isFile()) return false
  if (complete === 'exists') return true
  if (stats.size === 0) return false
  return complete === 'non-empty' || isReadable(path)
}

/** Reads all of a file: true where it holds nothing but records, and ends as a file of its format does. */
async function isReadable(path: string): Promise<boolean> {
  const found = formatOfName(path)
  if (found === undefined) return true
  try {
    const format = found.format === 'json' ? await sniffJson(path, found.compression) : found.format
    const slice = { path, format, compression: found.compression, cut: { kind: 'whole' } } as const
    for await (const { bytes, records } of readSlice(slice, {
      batchBytes: 1 << 20,
      maxRecordBytes: 1 << 28,
      textKey: 'text',
    })) {
      if (records.some(({ kind }) => kind === 'defect')) return false
      if (format === 'jsonl')
        for (const record of records)
          if (record.kind === 'record') JSON.parse(bytes.toString('utf8', record.start, record.end))
    }
    return true
  } catch (error) {
    if (error instanceof InputError || error instanceof SyntaxError) return false
    throw error
  }
}

function outputsOnRecord(checkpointPath: string): Set<string> {
  const directory = new JobDirectory(resolve(checkpointPath))
  const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
  try {
    return new Set([...ledger.all('placed')].flatMap(({ files }) => files.map(({ path }) => path)))
  } finally {
    ledger.close()
  }
}

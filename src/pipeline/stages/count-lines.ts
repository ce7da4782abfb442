import { InputError } from '../../io/input-error.js'
import { formatOfName } from '../../io/listing/formats.js'
import { readSlice } from '../../io/open-reader.js'

/** How many lines a file of lines has, compressed or not; an empty line counts. */
export async function countLines(path: string): Promise<number> {
  const format = formatOfName(path)
  if (format?.format !== 'jsonl')
    throw new InputError('unknown_format', `${path}: linesPerSource cuts files of lines (.jsonl, also .gz and .zst)`, {
      path,
    })
  let lines = 0
  const slice = { path, ...format, cut: { kind: 'whole' } } as const
  for await (const { records } of readSlice(slice, { batchBytes: 1 << 20, maxRecordBytes: 1 << 26, textKey: 'text' }))
    lines = records.at(-1)?.line ?? lines
  return lines
}

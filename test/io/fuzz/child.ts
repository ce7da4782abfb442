// Reads mutants of files and says what came of each. Started with a heap limit by `run-fuzz.ts`, which also watches its time.
import { readFileSync, writeFileSync } from 'node:fs'
import { InputError } from '../../../src/io/input-error.js'
import { readSlice, surveyFile } from '../../../src/io/open-reader.js'
import type { DatasetFormat, FileCompression } from '../../../src/io/reader.js'
import { skipValue } from '../../../src/util/json-scan.js'
import { mutate, seeded } from './mutate.js'

export interface FuzzOrder {
  readonly seeds: readonly {
    readonly path: string
    readonly format: DatasetFormat
    readonly compression: FileCompression
  }[]
  readonly seed: number
  readonly from: number
  readonly to: number
  readonly scratch: string
}

export type FuzzNews =
  | { readonly kind: 'begin'; readonly index: number; readonly source: string }
  | { readonly kind: 'odd'; readonly index: number; readonly source: string; readonly what: string }
  | { readonly kind: 'end'; readonly refused: number; readonly maxMegabytes: number }

/** What JavaScript and libraries say of themselves and not of the file. */
const internals =
  /undefined|is not (a function|iterable|defined)|Cannot (read|convert|mix)|Invalid (array|typed|string|Date)|bounds|Maximum call|BigInt|\bat .*:\d+:\d+|offset is/i

function tell(news: FuzzNews): void {
  process.send?.(news)
}

async function look(path: string, format: DatasetFormat, compression: FileCompression): Promise<void> {
  await surveyFile(path, format, compression)
  const options = { batchBytes: 1 << 16, maxRecordBytes: 1 << 20, textKey: 'text' }
  for await (const batch of readSlice({ path, format, compression, cut: { kind: 'whole' } }, options)) {
    // A record is JSON whatever happened to the file.
    for (const record of batch.records)
      if (
        format !== 'jsonl' &&
        record.kind === 'record' &&
        skipValue(batch.bytes, record.start, record.end) !== record.end
      )
        throw new Error('a record is no JSON')
  }
}

async function run({ seeds, seed, from, to, scratch }: FuzzOrder): Promise<void> {
  const contents = seeds.map(({ path }) => readFileSync(path))
  let refused = 0
  for (let index = from; index < to; index++) {
    const which = index % seeds.length
    const { path: source, format, compression } = seeds[which]
    const draw = seeded(seed * 1_000_003 + index)
    writeFileSync(scratch, mutate(contents[which], draw))
    tell({ kind: 'begin', index, source })
    try {
      await look(scratch, format, compression)
    } catch (error) {
      refused++
      const isGood = error instanceof InputError && error.message.includes(scratch) && !internals.test(error.message)
      if (!isGood) tell({ kind: 'odd', index, source, what: String((error as Error)?.stack ?? error) })
    }
  }
  tell({ kind: 'end', refused, maxMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) })
}

process.once('message', order => {
  void run(order as FuzzOrder).then(() => process.disconnect())
})

import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readSlice } from '../../io/open-reader.js'
import { inferSchema, openWriter } from '../../io/open-writer.js'
import type { RowBatch } from '../../io/writer.js'
import { defineStage } from '../define-stage.js'
import { ownModule } from '../parts.js'
import type { StageContext } from '../stage.js'
import type { DocumentBatch } from '../task.js'
import { pickFields } from './pick-fields.js'

const newline = Buffer.from('\n')

const writingOptions = {
  path: z.string().describe('The folder that files go to, one for each source.'),
  fields: z.array(z.string()).min(1).optional().describe('Writes only these fields, in this order. Default: all.'),
  mode: z
    .enum(['ignore', 'error', 'overwrite', 'append'])
    .default('ignore')
    .describe(
      'What becomes of files that are there: `ignore` keeps them and skips their sources, `error` refuses a folder that holds any, `overwrite` takes their places, `append` writes beside them.',
    ),
} as const

/** Writes the documents of each source to a file of JSON lines, `<source>.jsonl`. */
export const JsonlWriter = defineStage({
  module: ownModule,
  name: 'JsonlWriter',
  options: writingOptions,
  takes: ['DocumentBatch'],
  gives: ['DocumentBatch'],
  output: ({ path, mode }) => ({ folder: path, mode, extension: 'jsonl' }),
  create: ({ fields }) => ({
    process(batch: DocumentBatch, context) {
      const file = context.output('jsonl')
      for (const row of textsOf(batch, fields)) {
        file.write(row)
        file.write(newline)
      }
      file.countRows(batch.numItems)
      return batch
    },
    endSource: context => void context.output('jsonl'),
  }),
})

/** Writes the documents of each source to a Parquet file, `<source>.parquet`, with the columns that they have together. */
export const ParquetWriter = defineStage({
  module: ownModule,
  name: 'ParquetWriter',
  options: writingOptions,
  takes: ['DocumentBatch'],
  gives: ['DocumentBatch'],
  output: ({ path, mode }) => ({ folder: path, mode, extension: 'parquet' }),
  create: ({ fields }) => {
    // Columns are known once all rows are: until then these are kept as lines.
    const held = new WeakMap<StageContext, { readonly path: string; readonly fd: number }>()
    const hold = (context: StageContext) => {
      const known = held.get(context)
      if (known !== undefined) return known
      const path = join(context.scratch(), 'rows.jsonl')
      const opened = { path, fd: openSync(path, 'w') }
      held.set(context, opened)
      return opened
    }
    return {
      process(batch: DocumentBatch, context) {
        const { fd } = hold(context)
        for (const row of textsOf(batch, fields)) writeFully(fd, Buffer.concat([row, newline]))
        context.output('parquet').countRows(batch.numItems)
        return batch
      },
      async endSource(context) {
        const { path, fd } = hold(context)
        closeSync(fd)
        await writeTable(path, context)
      },
    }
  },
})

function* textsOf(batch: DocumentBatch, fields: readonly string[] | undefined): Generator<Uint8Array> {
  for (const sample of batch.samples) {
    const { bytes, start, end } = (fields === undefined ? sample : pickFields(sample, fields, fields[0])).toJsonText()
    yield bytes.subarray(start, end)
  }
}

async function writeTable(rowsPath: string, context: StageContext): Promise<void> {
  const schema = await inferSchema(rowsOf(rowsPath, context))
  const writer = await openWriter(context.output('parquet'), { format: 'parquet', compression: 'none', schema })
  for await (const batch of rowsOf(rowsPath, context)) await writer.write(batch)
  await writer.finish()
}

async function* rowsOf(path: string, context: StageContext): AsyncGenerator<RowBatch> {
  const slice = { path, format: 'jsonl', compression: 'none', cut: { kind: 'whole' } } as const
  for await (const { bytes, records } of readSlice(slice, {
    batchBytes: 1 << 20,
    maxRecordBytes: Number.MAX_SAFE_INTEGER,
    textKey: 'text',
  })) {
    yield { bytes, rows: records.filter(record => record.kind === 'record') }
    context.progress()
  }
}

function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
}

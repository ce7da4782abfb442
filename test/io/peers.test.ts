import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { peersPython } from '../../scripts/provision-python.mjs'
import { readSlice, surveyFile } from '../../src/io/open-reader.js'
import { inferSchema, openWriter } from '../../src/io/open-writer.js'
import type { DatasetFormat } from '../../src/io/reader.js'
import type { RowBatch, WriterOptions } from '../../src/io/writer.js'
import { provision } from '../provision.js'
import { defaults, wholeFile } from './collect.js'
import { fileSink } from './sinks.js'
import { tempFolder } from './temp-folder.js'

const peers = provision('peers')
/** Tables a writer; more of them, and others, in the long run. */
const tables = Number(process.env['PAWL_PEERS'] ?? 40)
const seed = process.env['PAWL_TEST_SEED'] ?? '20261'
const scripts = join(import.meta.dirname, 'peers')

function formatOf(path: string): DatasetFormat {
  return path.endsWith('.parquet') ? 'parquet' : path.endsWith('.arrow') ? 'arrow' : 'jsonl'
}

async function rowsOf(path: string): Promise<RowBatch[]> {
  const batches: RowBatch[] = []
  for await (const { bytes, records } of readSlice(wholeFile(path, formatOf(path)), defaults)) {
    const broken = records.find(({ kind }) => kind === 'defect')
    if (broken !== undefined) throw new Error(`${path}: ${JSON.stringify(broken)}`)
    const rows = records.flatMap(record => (record.kind === 'record' ? [record] : []))
    batches.push({ bytes: Buffer.from(bytes), rows: rows.map(({ start, end }) => ({ start, end })) })
  }
  return batches
}

/** Reads a file and writes it in another format, as a job without operators does. */
async function convert(from: string, to: string, declaredBy = from): Promise<void> {
  const { columns } = await surveyFile(declaredBy, formatOf(declaredBy), 'none')
  const batches = await rowsOf(from)
  const schema = await inferSchema(eachOf(batches), columns)
  const sink = fileSink(to)
  const format = formatOf(to) as WriterOptions['format']
  const writer = await openWriter(sink, { format, compression: 'none', schema })
  for (const batch of batches) await writer.write(batch)
  await writer.finish()
  sink.close()
}

async function* eachOf<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values
}

test.skipIf(!peers.isThere)(
  'what pyarrow, polars and DuckDB write keeps types and values from every format to every other',
  async () => {
    const folder = tempFolder()
    execFileSync(peersPython, [join(scripts, 'write.py'), folder, seed, String(tables)])
    const pairs: string[] = []
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name)
      for (const suffix of ['parquet', 'arrow']) {
        const out = join(folder, `${name}.out.${suffix}`)
        await convert(path, out)
        pairs.push(`${path}\t${out}`)
        // By way of lines of JSON, which is how a job keeps them.
        await convert(path, `${out}.jsonl`)
        await convert(`${out}.jsonl`, `${out}.again.${suffix}`, path)
        pairs.push(`${path}\t${out}.again.${suffix}`)
      }
    }
    const told = execFileSync(peersPython, [join(scripts, 'compare.py')], { input: `${pairs.join('\n')}\n` }).toString()
    expect(told).toBe('')
    expect(pairs.length).toBe(tables * 6 * 4)
  },
)

test.skipIf(!peers.isThere)(
  'columns learned from lines of JSON hold what the lines say, as DuckDB and pyarrow read them',
  async () => {
    const folder = tempFolder()
    const path = join(folder, 'a.jsonl')
    const rows = [
      '{"text":"a","meta":{"a":1},"money":12345678901234567.89,"id":18446744073709551615,"score":NaN,"half":0.5,"none":[]}',
      '{"text":"b","meta":{"b":[1]},"money":0.10,"id":1,"score":-Infinity,"half":1e-7,"none":[]}',
    ]
    writeFileSync(path, `${rows.join('\n')}\n`)
    await convert(path, join(folder, 'a.parquet'))
    const script = [
      'import sys, duckdb, pyarrow.parquet as pq',
      'print([row[:2] for row in duckdb.sql(f"describe select * from read_parquet(\'{sys.argv[1]}\')").fetchall()])',
      'print([[str(value) for value in row.values()] for row in pq.read_table(sys.argv[1]).to_pylist()])',
    ].join('\n')
    const told = execFileSync(peersPython, ['-c', script, join(folder, 'a.parquet')]).toString()
    expect(told.trimEnd().split('\n')).toEqual([
      "[('text', 'VARCHAR'), ('meta', 'JSON'), ('money', 'DECIMAL(19,2)'), ('id', 'DECIMAL(20,0)'), ('score', 'DOUBLE'), ('half', 'DOUBLE'), ('none', 'VARCHAR[]')]",
      `[['a', '{"a":1}', '12345678901234567.89', '18446744073709551615', 'nan', '0.5', '[]'], ['b', '{"b":[1]}', '0.10', '1', '-inf', '1e-07', '[]']]`,
    ])
  },
)

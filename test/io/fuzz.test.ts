import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { compress } from '@mongodb-js/zstd'
import { expect, test } from 'vitest'
import { crashSeed } from '../crash/seed.js'
import { runFuzz } from './fuzz/run-fuzz.js'
import { tempFolder } from './temp-folder.js'

const count = Number(process.env['PAWL_FUZZ_INPUTS'] ?? 1_500)

test(`${count} mutants of files are read or refused in a sentence, in bounded time and memory`, {
  timeout: count * 50 + 60_000,
}, async () => {
  const folder = tempFolder()
  const fixtures = join(import.meta.dirname, 'fixtures')
  const files = readdirSync(fixtures).filter(name => name !== 'expected.txt')
  const lines = Array.from({ length: 200 }, (_, n) => JSON.stringify({ text: `sample ${n}`, n, tags: ['a', 'b'] }))
  const text = Buffer.from(lines.join('\n'))
  writeFileSync(join(folder, 'a.jsonl.gz'), gzipSync(text))
  writeFileSync(join(folder, 'a.jsonl.zst'), await compress(text, 3))
  const result = await runFuzz({
    seeds: [
      ...files.map(name => ({
        path: join(fixtures, name),
        format: name.endsWith('.parquet') ? ('parquet' as const) : ('arrow' as const),
        compression: 'none' as const,
      })),
      { path: join(folder, 'a.jsonl.gz'), format: 'jsonl', compression: 'gzip' },
      { path: join(folder, 'a.jsonl.zst'), format: 'jsonl', compression: 'zstd' },
    ],
    seed: crashSeed,
    to: count,
  })
  expect(result.odd).toEqual([])
  expect(result.refused).toBeGreaterThan(count / 4)
  expect(result.maxMegabytes).toBeLessThan(1_000)
})

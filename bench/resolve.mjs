// Time and memory of exact deduplication's decision over N records in 512 MB, without the passes before and after it.
import { randomFillSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveExact } from '../dist/index.js'

const results = []
for (const total of [1e6, Number(process.argv[2] ?? 1e7)]) {
  const scratchDir = mkdtempSync(join(tmpdir(), 'pawl-resolve-'))
  const runRows = 65_536
  const records = Buffer.alloc(runRows * 16)
  function* signatures() {
    for (let row = 0; row < total; row += runRows) {
      randomFillSync(records)
      // A tenth of the records repeat one of a thousand.
      for (let i = 0; i < runRows; i += 10)
        records.fill(0, i * 16, i * 16 + 14).writeUInt16LE((i * 7) % 1000, i * 16 + 14)
      const rows = Math.min(runRows, total - row)
      yield { partitionIndex: 0, firstRow: row, records: records.subarray(0, rows * 16) }
    }
  }
  let dropped = 0
  let peak = 0
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20)
  const started = performance.now()
  await resolveExact({ signatures, totalRecords: total, memoryBytes: 512e6, scratchDir, drop: () => dropped++ })
  clearInterval(timer)
  peak = Math.max(peak, process.memoryUsage.rss())
  results.push({
    records: total,
    seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
    rss_mb: Math.round(peak / 1e6),
    dropped,
  })
  rmSync(scratchDir, { recursive: true })
}
console.log(JSON.stringify({ bench: 'resolve', memory_mb: 512, results }))

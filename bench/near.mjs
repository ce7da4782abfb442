// Time and memory of the decisions of near deduplication over N made-up signatures in 512 MB, one in ten of them near an earlier
// one, without the passes before and after it: `npm run bench -- near 10000000 minhash`. With a number of buckets behind it
// also what each of them takes, as a unit of its own.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { minHashBytes, minHashDecision, simHashBytes, simHashDecision } from '../dist/tooling.js'

const total = Number(process.argv[2] ?? 1e7)
const kind = process.argv[3] ?? 'minhash'
const buckets = Number(process.argv[4] ?? 1)
const bands = 25
const perRun = 4096

/** 32 well mixed bits of a number. */
function mixed(number) {
  let bits = Math.imul(number ^ (number >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** The sample itself, or an earlier one that it is near. */
const originalOf = n => (mixed(n) % 10 === 0 && n > 10 ? mixed(n ^ 0x55) % n : n)

const kinds = {
  minhash: {
    bytes: minHashBytes(bands),
    decision: minHashDecision(bands),
    write(records, at, n) {
      const original = originalOf(n)
      for (let band = 0; band < bands; band++) {
        const of = band < 5 ? original : n
        records.writeUInt32LE(mixed(of * 31 + band), at + band * 8)
        records.writeUInt32LE(mixed(of * 17 + band * 7 + 1), at + band * 8 + 4)
      }
      records[at + bands * 8] = 1
    },
  },
  simhash: {
    bytes: simHashBytes,
    decision: simHashDecision(4),
    write(records, at, n) {
      const original = originalOf(n)
      records.writeUInt32LE(mixed(original * 31), at)
      records.writeUInt32LE((mixed(original * 17 + 3) ^ (original === n ? 0 : 5)) >>> 0, at + 4)
      records[at + 8] = 1
    },
  },
}

const { bytes, decision, write } = kinds[kind]

function* signatures() {
  const records = Buffer.alloc(perRun * bytes)
  for (let firstRow = 0; firstRow < total; firstRow += perRun) {
    const count = Math.min(perRun, total - firstRow)
    for (let i = 0; i < count; i++) write(records, i * bytes, firstRow + i)
    yield { partitionIndex: 0, firstRow, records: records.subarray(0, count * bytes) }
  }
}

let peak = 0
const progress = () => (peak = Math.max(peak, process.memoryUsage.rss()))
const scratch = mkdtempSync(join(tmpdir(), 'pawl-near-'))
const seconds = since => Number(((performance.now() - since) / 1000).toFixed(1))
const context = { signatures, totalRecords: total, memoryBytes: 512e6, progress }

const times = []
const found = []
for (let bucket = 0; buckets > 1 && bucket < buckets; bucket++) {
  const started = performance.now()
  const scratchDir = join(scratch, String(bucket))
  mkdirSync(scratchDir)
  const pieces = []
  const find = finding => pieces.push(Buffer.from(finding))
  await decision.comparison.compare({ ...context, scratchDir, bucket, buckets, find })
  found.push(Buffer.concat(pieces))
  times.push(seconds(started))
}
// What was found stands in files elsewhere.
const foundBytes = found.reduce((sum, { length }) => sum + length, 0)
let dropped = 0
const started = performance.now()
await decision.resolve({
  ...context,
  ...{ scratchDir: scratch, totalSamples: total, partitionCount: 1, give: () => {}, drop: () => dropped++ },
  findings: buckets > 1 ? () => found : undefined,
})
rmSync(scratch, { recursive: true })
console.log(
  JSON.stringify({
    ...{ bench: 'near', kind, records: total, signature_mb: Math.round((total * bytes) / 1e6), memory_mb: 512 },
    ...(buckets > 1 ? { buckets, bucket_seconds: times, found_mb: Math.round(foundBytes / 1e6) } : {}),
    ...{ seconds: seconds(started), rss_mb: Math.round(Math.max(peak, process.memoryUsage.rss()) / 1e6), dropped },
  }),
)

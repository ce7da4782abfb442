// What it costs to enter a finished job again: 100,000 partitions (or as many as are given) and 20 operators. The job is run
// first, which takes some minutes. Prints seconds and resident memory of a run that has nothing to do, best of three, and of
// a look at its ledger alone; the bars are 1.5 s and 300 MB, and 0.5 s.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, runRecipe } from './shared.mjs'

const folder = makeFolder()
const partitions = Number(process.argv[2] ?? 100_000)
const bars = { again_s: 1.5, again_mb: 300, view_s: 0.5 }
mkdirSync(join(folder, 'data'))
const lines = Array.from({ length: partitions }, (_, n) => `${JSON.stringify({ id: n, text: `row ${n} of many` })}\n`)
writeFileSync(join(folder, 'data', 'tiny.jsonl'), lines.join(''))
const recipe = {
  ...{ dataset_path: join(folder, 'data'), job_id: 'again', np: 2 },
  ...{ partition: { mode: 'manual', num_of_partitions: partitions }, checkpoint: { strategy: 'disabled' } },
  process: Array.from({ length: 20 }, (_, n) => ({ text_length_filter: { min_len: n % 5 } })),
}
const round = value => Number(value.toFixed(2))

const first = await runRecipe(folder, recipe)
const again = []
for (let turn = 0; turn < 3; turn++) again.push(await runRecipe(folder, recipe))
const quickest = again.reduce((a, b) => (b.ms < a.ms ? b : a))

const { LedgerIndex } = await import('../dist/tooling.js')
const ledgerFolder = join(folder, 'jobs', 'again', 'metadata', 'ledger')
const views = []
for (let turn = 0; turn < 3; turn++) {
  const started = performance.now()
  LedgerIndex.read(ledgerFolder, join(folder, 'jobs', 'again', 'metadata', 'exports.json'))
  views.push(performance.now() - started)
}

const figures = {
  first_s: round(first.ms / 1000),
  again_s: round(quickest.ms / 1000),
  again_mb: Math.round(Math.max(...again.map(({ peakSelfMb }) => peakSelfMb))),
  view_s: round(Math.min(...views) / 1000),
}
console.log(
  JSON.stringify({ bench: 'entered-again', partitions, segments: readdirSync(ledgerFolder).length, ...figures, bars }),
)
if (Object.entries(bars).some(([name, bar]) => figures[name] > bar)) process.exitCode = 1

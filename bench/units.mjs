// What a unit costs beside its operators: a job of so many tiny partitions (1,000, or as many as are given) with two workers,
// against one of two partitions, best of three. Prints milliseconds a unit; the bar is 5.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clear, makeFolder, runRecipe } from './shared.mjs'

const folder = makeFolder()
const partitions = Number(process.argv[2] ?? 1_000)
const bar = 5
mkdirSync(join(folder, 'data'))
const lines = Array.from(
  { length: partitions * 4 },
  (_, n) => `${JSON.stringify({ id: n, text: `row ${n} of many` })}\n`,
)
writeFileSync(join(folder, 'data', 'tiny.jsonl'), lines.join(''))

/** @returns milliseconds of the quickest of three fresh runs */
async function best(count) {
  const times = []
  for (let turn = 0; turn < 3; turn++) {
    clear(folder)
    const recipe = {
      ...{ dataset_path: join(folder, 'data'), job_id: 'units', np: 2 },
      ...{ partition: { mode: 'manual', num_of_partitions: count }, checkpoint: { strategy: 'disabled' } },
      process: ['whitespace_normalization_mapper', { text_length_filter: { min_len: 5 } }],
    }
    const { ms, report } = await runRecipe(folder, recipe)
    if (report.partitions !== undefined && report.partitions !== count && count > 2)
      throw new Error(`${report.partitions} partitions, ${count} were wanted`)
    times.push(ms)
  }
  return Math.min(...times)
}

const few = await best(2)
const many = await best(partitions)
const each = (many - few) / (partitions - 2)
const round = value => Number(value.toFixed(2))
console.log(
  JSON.stringify({ bench: 'units', partitions, few_ms: round(few), many_ms: round(many), ms_a_unit: round(each), bar }),
)
if (each > bar) process.exitCode = 1

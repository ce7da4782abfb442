// Wall time of `pawl run` on ten samples, and of running a finished job of 10,000 partitions again.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clear, makeFolder, median, runRecipe } from './shared.mjs'

const folder = makeFolder()
mkdirSync(join(folder, 'data'))
const lines = count =>
  Array.from(
    { length: count },
    (_, id) => `${JSON.stringify({ id, text: `a short text, number ${id}, to start with` })}\n`,
  ).join('')
writeFileSync(join(folder, 'data', 'a.jsonl'), lines(10))
const starts = []
for (let round = 0; round < 7; round++) {
  clear(folder)
  starts.push(
    (await runRecipe(folder, { dataset_path: 'data', job_id: 'start', np: 1, process: ['text_length_filter'] })).ms,
  )
}
const count = Number(process.argv[2] ?? 10_000)
writeFileSync(join(folder, 'data', 'a.jsonl'), lines(count * 3))
clear(folder)
const partition = { mode: 'manual', num_of_partitions: count }
const recipe = { dataset_path: 'data', job_id: 'many', np: 2, partition, process: ['text_length_filter'] }
const first = await runRecipe(folder, recipe)
const again = []
for (let round = 0; round < 5; round++) again.push((await runRecipe(folder, recipe)).ms)
console.log(
  JSON.stringify({
    bench: 'startup',
    ten_samples_s: Number((median(starts) / 1000).toFixed(2)),
    bar_ten_samples_s: 0.6,
    partitions: count,
    first_run_s: Number((first.ms / 1000).toFixed(1)),
    finished_job_again_s: Number((median(again) / 1000).toFixed(2)),
    bar_again_s: 1,
  }),
)

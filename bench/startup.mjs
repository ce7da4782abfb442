// Wall time of `pawl --version`, of ten samples through one operator and through the quickstart's eleven, and of running a
// finished job of 10,000 partitions again.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clear, main, makeFolder, median, quickstartOperators, runRecipe, timeCommand } from './shared.mjs'

const folder = makeFolder()
mkdirSync(join(folder, 'data'))
const lines = count =>
  Array.from(
    { length: count },
    (_, id) => `${JSON.stringify({ id, text: `a short text, number ${id}, to start with` })}\n`,
  ).join('')
writeFileSync(join(folder, 'data', 'a.jsonl'), lines(10))

/** Median wall time of a fresh run of ten samples through some operators. */
async function timeTen(process) {
  const times = []
  for (let round = 0; round < 7; round++) {
    clear(folder)
    times.push((await runRecipe(folder, { dataset_path: 'data', job_id: 'start', np: 1, process })).ms)
  }
  return median(times) / 1000
}

const versions = []
for (let round = 0; round < 7; round++)
  versions.push((await timeCommand(process.execPath, [main, '--version'])).ms / 1000)
const one = await timeTen(['text_length_filter'])
const eleven = await timeTen(quickstartOperators)
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
    version_s: Number(median(versions).toFixed(2)),
    bar_version_s: 0.12,
    ten_samples_one_operator_s: Number(one.toFixed(2)),
    ten_samples_s: Number(eleven.toFixed(2)),
    bar_ten_samples_s: 0.6,
    partitions: count,
    first_run_s: Number((first.ms / 1000).toFixed(1)),
    finished_job_again_s: Number((median(again) / 1000).toFixed(2)),
    bar_again_s: 1,
  }),
)

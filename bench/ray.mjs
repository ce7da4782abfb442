// What Ray costs beside the local executor, on a cluster that exists: node bench/ray.mjs HOST:PORT [partitions]. A job of so many
// tiny partitions (1,000) with two workers against one of two partitions, on this machine and on Ray in turn, best of two. Prints
// milliseconds a unit and the start-up of each; the bar is 2 ms a unit more than on this machine. PAWL_RAY_PYTHON names the Python.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clear, makeFolder, runRecipe } from './shared.mjs'

const [address, given = '1000'] = process.argv.slice(2)
if (address === undefined) throw new Error('give host:port of the head of a Ray cluster')
const partitions = Number(given)
const bar = 2
const folder = makeFolder()
mkdirSync(join(folder, 'data'))
const lines = Array.from(
  { length: partitions * 4 },
  (_, n) => `${JSON.stringify({ id: n, text: `row ${n} of many` })}\n`,
)
writeFileSync(join(folder, 'data', 'tiny.jsonl'), lines.join(''))

async function time(executor, count) {
  clear(folder)
  const { ms } = await runRecipe(folder, {
    ...{ dataset_path: join(folder, 'data'), job_id: 'ray', np: 2, executor_type: executor, ray_address: address },
    ...{ partition: { mode: 'manual', num_of_partitions: count }, checkpoint: { strategy: 'disabled' } },
    process: ['whitespace_normalization_mapper', { text_length_filter: { min_len: 5 } }],
  })
  return ms
}

const best = {}
for (let turn = 0; turn < 2; turn++)
  for (const executor of ['local', 'ray_partitioned'])
    for (const count of [2, partitions]) {
      const key = `${executor} ${count}`
      best[key] = Math.min(best[key] ?? Number.POSITIVE_INFINITY, await time(executor, count))
    }

const each = executor => (best[`${executor} ${partitions}`] - best[`${executor} 2`]) / (partitions - 2)
const round = value => Number(value.toFixed(2))
const more = each('ray_partitioned') - each('local')
console.log(
  JSON.stringify({
    bench: 'ray',
    partitions,
    local_ms_a_unit: round(each('local')),
    ray_ms_a_unit: round(each('ray_partitioned')),
    more_ms_a_unit: round(more),
    local_start_ms: Math.round(best['local 2']),
    ray_start_ms: Math.round(best['ray_partitioned 2']),
    bar,
  }),
)
if (more > bar) process.exitCode = 1

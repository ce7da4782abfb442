// The quickstart recipe with two workers against one, start-up included, without optional checkpoints. Medians of interleaved pairs.
import { clear, makeFolder, median, openCorpus, quickstartOperators, runRecipe } from './shared.mjs'

const corpus = openCorpus(process.argv[2])
const folder = makeFolder()
const rounds = Number(process.argv[3] ?? 3)
const times = { 1: [], 2: [] }
for (let round = 0; round < rounds; round++) {
  for (const np of [1, 2]) {
    clear(folder)
    const partition = { mode: 'manual', num_of_partitions: 16 }
    const { ms } = await runRecipe(folder, {
      dataset_path: corpus.files,
      job_id: 'scaling',
      np,
      partition,
      checkpoint: { strategy: 'disabled' },
      process: quickstartOperators,
    })
    times[np].push(ms)
  }
}
const ratio = median(times[1].map((ms, index) => ms / times[2][index]))
const speed = ms => Number((corpus.bytes / 1e3 / ms).toFixed(1))
console.log(
  JSON.stringify({
    bench: 'scaling',
    one_worker_mb_s: speed(median(times[1])),
    two_workers_mb_s: speed(median(times[2])),
    ratio: Number(ratio.toFixed(2)),
    bar: 1.8,
    rounds,
  }),
)

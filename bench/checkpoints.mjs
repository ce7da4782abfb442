// What checkpoints cost: the quickstart recipe under every_n_ops (5) and every_op, in each format, against disabled.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { clear, makeFolder, openCorpus, quickstartOperators, runRecipe } from './shared.mjs'

const corpus = openCorpus(process.argv[2])
const folder = makeFolder()

async function measure(checkpoint, storage) {
  clear(folder)
  const partition = { mode: 'manual', num_of_partitions: 8 }
  const { ms } = await runRecipe(folder, {
    dataset_path: corpus.files,
    job_id: 'checkpoints',
    np: 2,
    partition,
    checkpoint,
    intermediate_storage: storage,
    process: quickstartOperators,
  })
  const kept = join(folder, 'jobs', 'checkpoints', 'checkpoints')
  return { ms, bytes: readdirSync(kept).reduce((sum, name) => sum + statSync(join(kept, name)).size, 0) }
}

const results = []
for (const format of ['jsonl', 'parquet', 'arrow']) {
  const storage = { format, compression: format === 'parquet' ? 'snappy' : 'none' }
  const base = await measure({ strategy: 'disabled' }, storage)
  for (const strategy of ['every_n_ops', 'every_op']) {
    const { ms, bytes } = await measure({ strategy, n_ops: 5 }, storage)
    const written = Math.max(1, bytes - base.bytes)
    results.push({
      format,
      strategy,
      ratio: Number((ms / base.ms).toFixed(2)),
      written_mb: Math.round(written / 1e6),
      ms_per_mb: Number(((ms - base.ms) / (written / 1e6)).toFixed(1)),
    })
  }
}
console.log(
  JSON.stringify({ bench: 'checkpoints', corpus_mb: Math.round(corpus.bytes / 1e6), bar_ms_per_mb: 12, results }),
)

// Peak memory of coordinator and workers on a corpus and on ten times as much of it.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { clear, makeFolder, openCorpus, quickstartOperators, runRecipe } from './shared.mjs'

const corpus = openCorpus(process.argv[2])
const folder = makeFolder()
const results = []
for (const times of [1, 10]) {
  const data = join(folder, 'data')
  rmSync(data, { recursive: true, force: true })
  mkdirSync(data)
  for (const file of corpus.files) {
    const first = join(data, `0-${basename(file)}`)
    copyFileSync(file, first)
    for (let copy = 1; copy < times; copy++) copyFileSync(first, join(data, `${copy}-${basename(file)}`))
  }
  clear(folder)
  const { peakSelfMb, peakChildMb, ms } = await runRecipe(folder, {
    dataset_path: data,
    job_id: 'memory',
    np: 2,
    process: quickstartOperators,
  })
  results.push({
    times,
    coordinator_mb: Math.round(peakSelfMb),
    worker_mb: Math.round(peakChildMb),
    seconds: Math.round(ms / 1000),
  })
}
console.log(
  JSON.stringify({
    bench: 'memory',
    corpus_mb: Math.round(corpus.bytes / 1e6),
    bars: { coordinator_mb: 150, worker_mb: 350, growth: '±10 %' },
    results,
  }),
)

// text_length_filter alone with one worker, start-up included, against a bare loop that reads, splits, parses with
// JSON.parse and writes the kept lines (without making them durable). Medians of interleaved pairs.
import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { clear, makeFolder, median, openCorpus, runRecipe } from './shared.mjs'

const corpus = openCorpus(process.argv[2])
const folder = makeFolder()
const rounds = Number(process.argv[3] ?? 5)

function bareLoop() {
  const started = performance.now()
  mkdirSync(join(folder, 'out'), { recursive: true })
  const out = openSync(join(folder, 'out', 'bare.jsonl'), 'w')
  const buffer = Buffer.allocUnsafe(64 << 20)
  for (const file of corpus.files) {
    const fd = openSync(file, 'r')
    let held = 0
    for (;;) {
      const count = readSync(fd, buffer, held, 1 << 20, null)
      const end = held + count
      let start = 0
      const kept = []
      for (let at = buffer.indexOf(10); at >= 0 && at < end; at = buffer.indexOf(10, start)) {
        if ([...JSON.parse(buffer.utf8Slice(start, at)).text.slice(0, 20)].length >= 10)
          kept.push(buffer.subarray(start, at + 1))
        start = at + 1
      }
      if (kept.length > 0) writeSync(out, Buffer.concat(kept))
      buffer.copyWithin(0, start, end)
      held = end - start
      buffer.fill(0, held, end)
      if (count === 0) break
    }
    closeSync(fd)
  }
  closeSync(out)
  return performance.now() - started
}

const bare = []
const pawl = []
for (let round = 0; round < rounds; round++) {
  bare.push(bareLoop())
  clear(folder)
  pawl.push(
    (await runRecipe(folder, { dataset_path: corpus.files, job_id: 'pass', np: 1, process: ['text_length_filter'] }))
      .ms,
  )
  clear(folder)
}
const speed = ms => Math.round(corpus.bytes / 1e3 / ms)
const ratio = median(bare.map((ms, index) => ms / pawl[index]))
console.log(
  JSON.stringify({
    bench: 'passthrough',
    corpus_mb: Math.round(corpus.bytes / 1e6),
    bare_mb_s: speed(median(bare)),
    pawl_mb_s: speed(median(pawl)),
    ratio: Number(ratio.toFixed(2)),
    bar: 1,
    rounds,
  }),
)

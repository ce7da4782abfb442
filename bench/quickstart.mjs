// The quickstart recipe with two workers, against Data-Juicer with np: 2 where a virtual environment with it is given.
// Start-up (the time of a run over one sample) is taken off both; the kept texts must be equal.
//   npm run bench -- quickstart CORPUS [VENV]
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { clear, makeFolder, openCorpus, quickstartOperators, runRecipe, timeCommand } from './shared.mjs'

const corpus = openCorpus(process.argv[2])
const venv = process.argv[3]
const folder = makeFolder()
const data = join(folder, 'data')
const tiny = join(folder, 'tiny')
for (const path of [data, tiny]) mkdirSync(path)
// One file, since the peer reads a folder in the order of the file system.
const joined = join(data, 'corpus.jsonl')
for (const [index, file] of corpus.files.entries()) {
  if (index === 0) copyFileSync(file, joined)
  else writeFileSync(joined, readFileSync(file), { flag: 'a' })
}
writeFileSync(join(tiny, 'one.jsonl'), `${readFileSync(corpus.files[0], 'utf8').split('\n', 1)[0]}\n`)

const recipe = {
  np: 2,
  partition: { mode: 'manual', num_of_partitions: 16 },
  checkpoint: { strategy: 'disabled' },
  process: quickstartOperators.map(name => ({ [name]: null })),
}
async function runPawl(dataset_path) {
  clear(folder)
  const { ms } = await runRecipe(folder, { ...recipe, dataset_path, job_id: basename(dataset_path, '.jsonl') })
  return { ms, texts: textsOf(join(folder, 'out', 'result.jsonl')) }
}
async function runPeer(dataset_path) {
  const out = join(folder, 'peer')
  rmSync(out, { recursive: true, force: true })
  const path = join(folder, 'peer.yaml')
  const { np, process: operators } = recipe
  writeFileSync(
    path,
    JSON.stringify({
      project_name: 'bench',
      dataset_path,
      export_path: join(out, 'result.jsonl'),
      np,
      use_cache: false,
      process: operators,
    }),
  )
  const { ms } = await timeCommand(join(venv, 'bin', 'dj-process'), ['--config', path], {
    cwd: folder,
    env: { ...process.env, HF_HUB_OFFLINE: '1' },
  })
  return { ms, texts: textsOf(join(out, 'result.jsonl')) }
}
function textsOf(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line).text)
}

const result = { bench: 'quickstart', corpus_mb: Math.round(corpus.bytes / 1e6) }
const start = await runPawl(join(tiny, 'one.jsonl'))
const pawl = await runPawl(joined)
const speed = ms => Number((corpus.bytes / 1e3 / ms).toFixed(1))
Object.assign(result, {
  pawl_s: Number(((pawl.ms - start.ms) / 1000).toFixed(1)),
  pawl_mb_s: speed(pawl.ms - start.ms),
  kept: pawl.texts.length,
})
if (venv !== undefined) {
  const peerStart = await runPeer(join(tiny, 'one.jsonl'))
  const peer = await runPeer(joined)
  const differing =
    pawl.texts.filter((text, index) => text !== peer.texts[index]).length +
    Math.abs(pawl.texts.length - peer.texts.length)
  const peerMs = peer.ms - peerStart.ms
  Object.assign(result, {
    peer_s: Number((peerMs / 1000).toFixed(1)),
    peer_mb_s: speed(peerMs),
    peer_kept: peer.texts.length,
    differing,
    ratio: Number((peerMs / (pawl.ms - start.ms)).toFixed(1)),
    bar: 30,
  })
}
console.log(JSON.stringify(result))

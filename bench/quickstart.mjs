// The quickstart recipe with two workers, against Data-Juicer with np: 2 where a virtual environment with it is given.
// Start-up (the time of a run over one sample) is taken off both; the kept texts must be equal.
//   npm run bench -- quickstart CORPUS [VENV]
import { compareWithPeer, joinCorpus, makeFolder, openCorpus, quickstartOperators } from './shared.mjs'

const corpus = openCorpus(process.argv[2])
const folder = makeFolder()
const { figures } = await compareWithPeer({
  folder,
  corpus,
  data: joinCorpus(folder, corpus),
  recipe: { process: quickstartOperators.map(name => ({ [name]: null })) },
  venv: process.argv[3],
})
console.log(JSON.stringify({ bench: 'quickstart', corpus_mb: Math.round(corpus.bytes / 1e6), ...figures }))

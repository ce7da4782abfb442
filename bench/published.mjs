// The chains of examples/recipes with two workers, one after the other, against Data-Juicer with np: 2 where a virtual
// environment with it is given. Start-up (the time of a run over one sample) is taken off both; kept texts and
// statistics must be equal. Both read the same lists of words, written here.
//   npm run bench -- published CORPUS [VENV]
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { compareWithPeer, joinCorpus, makeFolder, openCorpus } from './shared.mjs'

const words = {
  stopwords:
    'the of and to a in is that it for was on with as be at by this have from or one had not but are if you can an which will all no has may when use'.split(
      ' ',
    ),
  flagged_words: 'error abort kill dead fatal dirty stupid evil hack crash'.split(' '),
}

const corpus = openCorpus(process.argv[2])
const venv = process.argv[3]
const folder = makeFolder()
const data = joinCorpus(folder, corpus)
const lists = join(folder, 'lists')
mkdirSync(lists)
for (const [name, en] of Object.entries(words)) writeFileSync(join(lists, `${name}.json`), JSON.stringify({ en }))

const recipes = fileURLToPath(new URL('../examples/recipes/', import.meta.url))
const chains = {}
const total = { pawlMs: 0, peerMs: 0 }
for (const file of readdirSync(recipes).filter(name => name.endsWith('.yaml'))) {
  const { process: steps } = parse(readFileSync(join(recipes, file), 'utf8'))
  const {
    figures,
    pawlMs,
    peerMs = 0,
  } = await compareWithPeer({
    folder,
    corpus,
    data,
    recipe: { keep_stats_in_res_ds: true, process: steps.map(withLists) },
    venv,
  })
  chains[file.replace('.yaml', '')] = figures
  total.pawlMs += pawlMs
  total.peerMs += peerMs
}

/** An operator as both read it, with the folder of lists where it takes one. */
function withLists(step) {
  const [name, params] = typeof step === 'string' ? [step, null] : Object.entries(step)[0]
  const list = Object.keys(words).find(one => name === `${one}_filter`)
  return { [name]: list === undefined ? params : { ...params, [`${list}_dir`]: lists } }
}

const overall = venv === undefined ? {} : { ratio: Number((total.peerMs / total.pawlMs).toFixed(1)), bar: 30 }
console.log(JSON.stringify({ bench: 'published', corpus_mb: Math.round(corpus.bytes / 1e6), ...overall, chains }))

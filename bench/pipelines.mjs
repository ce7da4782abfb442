// Pipelines: what the engine adds to sources of ten tasks of 5 ms each; operators in a pipeline against the same recipe; how
// long a pipeline of many sources takes to begin again.
//   npm run bench -- pipelines CORPUS [--sources 1000] [--many 100000]
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { clear, makeFolder, median, openCorpus, quickstartOperators, runRecipe, timeCommand } from './shared.mjs'

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}
const corpus = openCorpus(process.argv[2])
const folder = makeFolder()
mkdirSync(join(folder, 'node_modules'))
symlinkSync(fileURLToPath(new URL('..', import.meta.url)), join(folder, 'node_modules', 'pawl'))

const run = async (script, ...args) => {
  const { ms, stdout, peakSelfMb } = await timeCommand(process.execPath, [script, ...args], { cwd: folder })
  return { ms, peakSelfMb, ...JSON.parse(stdout.trim().split('\n').at(-1)) }
}

// Each source expands into ten tasks, and each task keeps a core busy for 5 ms.
writeFileSync(
  join(folder, 'busy.mjs'),
  `import { DataTask, defineStage } from 'pawl'
export const Ten = defineStage({ module: import.meta.url, name: 'Ten', options: {}, create: () => ({
  process: () => Array.from({ length: 10 }, (_, n) => new DataTask(n)) }) })
export const Busy = defineStage({ module: import.meta.url, name: 'Busy', options: {}, create: () => ({
  process(task) { const end = performance.now() + 5; while (performance.now() < end); return task } }) })
`,
)
writeFileSync(
  join(folder, 'accounting.mjs'),
  `import { DataTask, Pipeline } from 'pawl'
import { Busy, Ten } from './busy.mjs'
const count = Number(process.argv[2])
const initialTasks = Array.from({ length: count }, (_, n) => new DataTask(n, { key: String(n) }))
const { complete, durationMs } = await new Pipeline({ name: 'busy' }).addStage(new Ten()).addStage(new Busy())
  .run({ checkpointPath: 'busy-state', workers: 2, initialTasks })
console.log(JSON.stringify({ complete, durationMs }))
`,
)
const sources = option('sources', 1_000)
const busy = await run('accounting.mjs', String(sources))
const ledger = join(folder, 'busy-state', 'metadata', 'ledger')
const lines = readdirSync(ledger).reduce(
  (sum, name) => sum + readFileSync(join(ledger, name), 'utf8').trimEnd().split('\n').length,
  0,
)

// The quickstart's operators, but the one that decides on all.
const operators = quickstartOperators.slice(0, -1)
writeFileSync(
  join(folder, 'operators.mjs'),
  `import { JsonlReader, JsonlWriter, OperatorStage, Pipeline } from 'pawl'
const pipeline = new Pipeline({ name: 'operators' }).addStage(new JsonlReader({ filePaths: process.argv[2], bytesPerSource: 8_000_000, fileExtensions: ['.jsonl'] }))
for (const name of ${JSON.stringify(operators)}) pipeline.addStage(new OperatorStage(name))
const { complete, durationMs } = await pipeline.addStage(new JsonlWriter({ path: 'out-pipeline' })).run({ checkpointPath: 'op-state', workers: 2 })
console.log(JSON.stringify({ complete, durationMs }))
`,
)
const [pipelines, recipes] = [[], []]
for (let round = 0; round < 3; round++) {
  for (const name of ['op-state', 'out-pipeline']) rmSync(join(folder, name), { recursive: true, force: true })
  pipelines.push((await run('operators.mjs', process.argv[2])).ms)
  clear(folder)
  const partition = { mode: 'auto', target_size_mb: 8 }
  recipes.push(
    (await runRecipe(folder, { dataset_path: process.argv[2], job_id: 'r', np: 2, partition, process: operators })).ms,
  )
}

// Many small sources, the last of which is missing.
writeFileSync(
  join(folder, 'many.mjs'),
  `import { JsonlReader, JsonlWriter, Pipeline } from 'pawl'
const started = performance.now()
let begun
const { complete } = await new Pipeline({ name: 'many' }).addStage(new JsonlReader({ filePaths: 'many' })).addStage(new JsonlWriter({ path: 'many-out' }))
  .run({ checkpointPath: 'many-state', workers: 2, onStart: () => { begun = performance.now() - started } })
console.log(JSON.stringify({ complete, begun, rss: process.memoryUsage.rss() / 1e6 }))
`,
)
const many = option('many', 100_000)
for (let at = 0; at < many; at++) {
  const place = join(folder, 'many', `d${Math.floor(at / 1000)}`)
  if (at % 1000 === 0) mkdirSync(place, { recursive: true })
  writeFileSync(join(place, `f${at}.jsonl`), `{"text":"document ${at}"}\n`)
}
await run('many.mjs')
unlinkSync(join(folder, 'many-out', `d${Math.floor((many - 1) / 1000)}`, `f${many - 1}.jsonl`))
const again = await run('many.mjs')

console.log(
  JSON.stringify({
    ...{ sources, idealMs: (sources * 50) / 2, durationMs: busy.durationMs },
    overheadShare: Number((busy.durationMs / ((sources * 50) / 2) - 1).toFixed(3)),
    ledgerLinesPerSource: Number((lines / sources).toFixed(2)),
    ...{
      corpusMb: Math.round(corpus.bytes / 1e6),
      pipelineMs: Math.round(median(pipelines)),
      recipeMs: Math.round(median(recipes)),
    },
    ...{ many, begunAgainMs: Math.round(again.begun), begunAgainMb: Math.round(again.peakSelfMb) },
  }),
)

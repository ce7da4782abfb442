// MB/s of UTF-8 text that each operator takes in alone, one worker, on a folder of JSONL files.
//   node bench/operators.mjs FOLDER [--mb 40] [OPERATOR …]
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Sample } from '../dist/index.js'
import { createCatalog, SourceText } from '../dist/tooling.js'

const args = process.argv.slice(2)
const mbFlag = args.indexOf('--mb')
const limit = (mbFlag < 0 ? 40 : Number(args.splice(mbFlag, 2)[1])) * 1e6
const [folder, ...only] = args

/** Parameters of operators that do nothing by default. */
const params = {
  specified_field_filter: { field_key: 'lang', target_value: ['en'] },
  specified_numeric_field_filter: { field_key: 'n', min_value: 1 },
  general_field_filter: { filter_condition: "lang == 'en'" },
  replace_content_mapper: { pattern: '\\d+', repl: '0' },
}

const lines = []
let bytes = 0
for (const name of readdirSync(folder)
  .filter(file => file.endsWith('.jsonl'))
  .sort()) {
  for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
    if (line === '' || bytes > limit) continue
    const { text } = JSON.parse(line)
    if (typeof text !== 'string') continue
    bytes += Buffer.byteLength(text)
    lines.push(Buffer.from(line))
  }
}

const catalog = createCatalog()
for (const name of only.length > 0 ? only : catalog.names) {
  const definition = await catalog.load(name)
  let operator
  try {
    operator = await definition.create(definition.params.parse(params[name] ?? {}), { textKey: 'text', seed: 42 })
  } catch (error) {
    console.log(JSON.stringify({ operator: name, skipped: error.message }))
    continue
  }
  const rounds = [await round(operator), await round(operator), await round(operator)].sort((a, b) => a.ms - b.ms)
  const { ms, failed } = rounds[1]
  console.log(
    JSON.stringify({ operator: name, mbPerSecond: Math.round(bytes / 1e2 / ms) / 10, ms: Math.round(ms), failed }),
  )
  await operator.dispose?.()
}

/** Times the operator alone: samples are made and their text decoded before the clock starts. */
async function round(operator) {
  let ms = 0
  let failed = 0
  const record = Buffer.alloc(operator.recordBytes ?? 0)
  for (let from = 0; from < lines.length; from += 500) {
    const samples = lines
      .slice(from, from + 500)
      .map((line, i) =>
        Sample.scan({ partition: 'bench', ordinal: from + i }, new SourceText(line, 0, line.length), 'text'),
      )
    for (const sample of samples) sample.text('text').charCodeAt(0)
    const start = performance.now()
    if (operator.kind === 'mapper' && operator.mapBatch) await operator.mapBatch(samples)
    else {
      for (const sample of samples) {
        try {
          const pending =
            operator.kind === 'mapper'
              ? operator.map(sample)
              : operator.kind === 'filter'
                ? operator.computeStats?.(sample)
                : operator.sign(sample, record, 0)
          if (pending instanceof Promise) await pending
          if (operator.kind === 'filter') operator.keep(sample)
        } catch {
          failed++
        }
      }
    }
    ms += performance.now() - start
  }
  return { ms, failed }
}

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { JsonValue } from '../../src/core/json.js'
import type { Barrier, Filter, Mapper, Operator, OperatorDefinition } from '../../src/core/operator.js'
import { Sample } from '../../src/core/sample.js'
import { decideInMemory } from '../../src/library/decide-in-memory.js'

/** One recorded case of Data-Juicer: parameters, an input, and what came out. */
export interface VectorCase {
  readonly op: string
  readonly params: Readonly<Record<string, unknown>>
  readonly text?: string
  readonly sample?: Readonly<Record<string, JsonValue>>
  readonly samples?: readonly Readonly<Record<string, JsonValue>>[]
  readonly assets?: Readonly<Record<string, unknown>>
  readonly record?: unknown
  readonly expect: Expectation
}

export interface Expectation {
  readonly error?: string
  readonly stage?: 'init' | 'run'
  readonly stats?: Readonly<Record<string, unknown>>
  readonly keep?: boolean
  readonly text?: string
  readonly texts?: readonly string[]
  readonly sample?: Readonly<Record<string, unknown>>
  readonly samples?: readonly unknown[]
  readonly kept?: readonly number[]
  readonly hashes?: readonly string[]
  readonly minhash_sha256?: readonly string[]
  readonly bands?: readonly number[]
  /** How many are left, where it is left to chance which. */
  readonly count?: number
  readonly any_of?: readonly Expectation[]
}

/** Where the files lie that cases of media name. */
export const mediaDir = fileURLToPath(new URL('../media', import.meta.url))

/** Another folder of cases may be tried by hand. */
const otherFolder = process.env['PAWL_VECTORS']
const folder = otherFolder === undefined ? new URL('../vectors/', import.meta.url) : pathToFileURL(`${otherFolder}/`)

/** Operators that have a file of recorded cases. */
export function recordedOperators(): string[] {
  return readdirSync(folder)
    .map(name => /^(?:data-juicer|found)-([a-z]\w+)(?:-\w+)?\.jsonl$/.exec(name)?.[1])
    .filter(name => name !== undefined)
    .filter((name, index, all) => all.indexOf(name) === index)
    .sort()
}

/** The cases of an operator, and those found since by comparing both on a corpus and on made-up texts. */
export function casesOf(operator: string): VectorCase[] {
  return [`data-juicer-${operator}`, `data-juicer-${operator}-tokenization`, `found-${operator}`]
    .map(name => new URL(`${name}.jsonl`, folder))
    .filter(file => existsSync(file))
    .flatMap(file => readFileSync(file, 'utf8').split('\n'))
    .filter(line => line !== '')
    .map(line => revive(JSON.parse(line)) as VectorCase)
    .flatMap(eachModel)
}

/** A case holds for each of the language models that it names. */
function eachModel(testCase: VectorCase): VectorCase[] {
  const models = testCase.assets?.['kenlm']
  if (!Array.isArray(models)) return [testCase]
  return models.map((kenlm: unknown) => ({ ...testCase, assets: { ...testCase.assets, kenlm } }))
}

/** Turns `{"$float": "NaN"}` and `{"$int": "…"}` into numbers. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (entries.length === 1 && (entries[0][0] === '$float' || entries[0][0] === '$int'))
    return Number(String(entries[0][1]).replace(/^(-?)inf$/i, '$1Infinity'))
  return Object.fromEntries(entries.map(([key, inner]) => [key, revive(inner)]))
}

/** A case with the parameters that make Pawl do what Data-Juicer does, where it does otherwise by default. */
export function asInDataJuicer({ params }: OperatorDefinition, testCase: VectorCase): VectorCase {
  return 'short_text' in params.shape
    ? { ...testCase, params: { short_text: 'together', ...testCase.params } }
    : testCase
}

/** What an operator made of a case, in the words of an expectation. */
export async function run(definition: OperatorDefinition, testCase: VectorCase): Promise<Expectation> {
  const assets = testCase.assets === undefined ? undefined : mkdtempSync(join(tmpdir(), 'pawl-assets-'))
  try {
    let operator: Operator
    try {
      operator = await build(definition, withAssets(testCase, assets))
    } catch (error) {
      return { error: String(error), stage: 'init' }
    }
    try {
      return await apply(operator, testCase)
    } catch (error) {
      return { error: String(error), stage: 'run' }
    } finally {
      await operator.dispose?.()
    }
  } finally {
    if (assets !== undefined) rmSync(assets, { recursive: true })
  }
}

async function build(definition: OperatorDefinition, params: unknown): Promise<Operator> {
  return definition.create(definition.params.parse(params), { textKey: 'text', seed: 42, mediaDir })
}

function withAssets({ params, assets }: VectorCase, dir: string | undefined): unknown {
  if (dir === undefined || assets === undefined) return params
  const dirs: Record<string, string> = {}
  for (const [name, content] of Object.entries(assets)) {
    if (name.startsWith('archive_')) continue
    if (name === 'sentencepiece' || name === 'kenlm' || name === 'tokenizer') {
      placeModel(dir, name, { file: String(content), lang: String(params['lang'] ?? 'en'), hf: params['hf_tokenizer'] })
      dirs['model_dir'] = dir
      continue
    }
    writeFileSync(join(dir, `${name}.json`), JSON.stringify(content))
    dirs[`${name}_dir`] = dir
  }
  return { ...dirs, ...params }
}

interface ModelAsset {
  readonly file: string
  readonly lang: string
  readonly hf: unknown
}

/** Puts a model where an operator looks for it. */
function placeModel(dir: string, kind: 'sentencepiece' | 'kenlm' | 'tokenizer', { file, lang, hf }: ModelAsset): void {
  const target = fileURLToPath(new URL(`models/${file}`, folder))
  if (kind !== 'tokenizer') {
    symlinkSync(target, join(dir, kind === 'kenlm' ? `${lang}.arpa.bin` : `${lang}.sp.model`))
    return
  }
  for (const name of new Set([String(hf ?? defaultTokenizer), defaultTokenizer])) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    symlinkSync(target, join(dir, name))
  }
}

const defaultTokenizer = 'EleutherAI/pythia-6.9b-deduped'

async function apply(operator: Operator, testCase: VectorCase): Promise<Expectation> {
  const values = testCase.samples ?? [withArchive(testCase) ?? { text: testCase.text ?? null }]
  const samples = values.map((value, ordinal) =>
    Sample.of(value, { partition: 'p', ordinal, slice: 0, line: ordinal + 1, offset: -1 }),
  )
  if (operator.kind === 'mapper') return applyMapper(operator, samples, values[0])
  if (operator.kind === 'filter') return applyFilter(operator, samples[0])
  return applyBarrier(operator, samples)
}

/** The sample, its `<archive>` replaced by the path of the archive that the case carries. */
function withArchive({ sample, assets }: VectorCase): Readonly<Record<string, JsonValue>> | undefined {
  const name = assets?.['archive_name']
  if (sample === undefined || typeof name !== 'string') return sample
  const path = join(mkdtempSync(join(tmpdir(), 'pawl-archive-')), name)
  writeFileSync(path, Buffer.from(String(assets!['archive_b64']), 'base64'))
  return Object.fromEntries(Object.entries(sample).map(([key, value]) => [key, value === '<archive>' ? path : value]))
}

async function applyMapper(
  mapper: Mapper,
  samples: readonly Sample[],
  before: Readonly<Record<string, JsonValue>> | undefined,
) {
  const made: Record<string, JsonValue>[] = []
  for (const sample of samples) {
    const result = mapper.map ? await mapper.map(sample) : (await mapper.mapBatch!([sample]))[0]
    made.push(...(result ?? [sample]).map(one => JSON.parse(written(one)) as Record<string, JsonValue>))
  }
  return { before, samples: made, texts: made.map(one => one['text']) } as Expectation
}

function written(sample: Sample): string {
  const { bytes, start, end } = sample.toJsonText()
  return bytes.toString('utf8', start, end)
}

async function applyFilter(filter: Filter, sample: Sample): Promise<Expectation> {
  await filter.computeStats?.(sample)
  return { stats: sample.stats, keep: filter.keep(sample) }
}

export async function applyBarrier(barrier: Barrier, samples: readonly Sample[]): Promise<Expectation> {
  const kept = await decideInMemory(barrier, samples)
  const hashes = samples.map(sample => Object.values(sample.hashes ?? {})[0] as string)
  const left = kept.map(index => JSON.parse(written(samples[index])) as Record<string, JsonValue>)
  return { kept, hashes, samples: left, texts: left.map(sample => sample['text'] as string), count: kept.length }
}

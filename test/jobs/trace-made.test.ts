import '../small-buckets.js'
import { describe, expect, it } from 'vitest'
import type { PipelineDifference } from '../../src/inspect/diff-pipelines.js'
import type { SampleTrace } from '../../src/inspect/trace-steps.js'
import { PipelineRig, pawl } from '../pipeline/rig.js'

const { AddId, DocumentSplitter, FilterByScore, JsonlReader, JsonlReaderStage, JsonlWriter, OperatorStage } = pawl
const { Pipeline, Score, ScoreFilter, WordCountFilter } = pawl

type Row = Readonly<Record<string, unknown>>

const lines = (...rows: readonly Row[]) => rows.map(row => `${JSON.stringify(row)}\n`).join('')
const atLeast = (min_len: number) => new OperatorStage('text_length_filter', { min_len })
const splitter = () => new DocumentSplitter({ separator: '|', segmentIdField: 'part' })

async function run(rig: PipelineRig, name: string, stages: readonly unknown[]): Promise<void> {
  const pipeline = new Pipeline({ name }).addStage(new JsonlReader({ filePaths: rig.path('input') }))
  for (const stage of [...stages, new JsonlWriter({ path: rig.path(`output-${name}`) })])
    pipeline.addStage(stage as never)
  expect(await pipeline.run({ checkpointPath: rig.path(name), workers: 1 })).toMatchObject({ failed: 0, pending: 0 })
}

async function trace(rig: PipelineRig, id: string): Promise<SampleTrace> {
  const { stdout, stderr } = await rig.cli('trace', 'one', '--id', id, '--json')
  expect(stderr).toBe('')
  return JSON.parse(stdout) as SampleTrace
}

const outcomes = ({ steps }: SampleTrace) => steps.map(({ operator, outcome }) => `${operator} ${outcome}`)

/** Takes documents that name files, and gives those files to be read. */
const namedFiles = `
import { dirname, resolve } from 'node:path'
import { defineStage, FileGroupTask } from 'pawl'

export const NamedFiles = defineStage({
  ...{ module: import.meta.url, name: 'NamedFiles', options: {}, takes: ['DocumentBatch'], gives: ['FileGroupTask'] },
  create: () => ({
    process: batch => batch.rows.map(({ path }) => new FileGroupTask([resolve(dirname(new URL(import.meta.url).pathname), path)])),
  }),
})
`

describe('pawl trace of a document that a later stage makes', () => {
  it('finds it behind a splitter, and behind a barrier that follows', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', lines({ text: 'the first|of two' }, { text: 'only one' }))
    rig.write('input/b.jsonl', lines({ text: 'no more|of two|the third' }))
    await run(rig, 'one', [splitter(), new OperatorStage('document_deduplicator'), atLeast(9)])
    const second = await trace(rig, 'part=2')
    expect(second).toMatchObject({ behind: 'DocumentSplitter', partition: 'b', before: { text: 'the third', part: 2 } })
    expect(second.line).toBeUndefined()
    expect(outcomes(second)).toEqual(['document_deduplicator kept', 'text_length_filter kept', 'JsonlWriter kept'])
    expect(outcomes(await trace(rig, 'text=the first'))).toEqual(outcomes(second))
    // The children of both hold it: it is kept once, and too short.
    expect(outcomes(await trace(rig, 'text=of two')).at(-1)).toMatch(/dropped$/)
    const shown = (await rig.cli('trace', 'one', '--id', 'part=2')).stdout
    expect(shown).toMatch(/b\.jsonl, made by DocumentSplitter \(source b\)\n/)
    const missing = await rig.cli('trace', 'one', '--id', 'part=3')
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringContaining("no sample of the job's input has part = 3"),
    ])
  })

  it('finds one that a reader behind other documents reads', async () => {
    const rig = new PipelineRig()
    rig.write('stages.mjs', namedFiles)
    rig.write('more.jsonl', lines({ text: 'in another file', id: 'far' }))
    rig.write('input/a.jsonl', lines({ path: 'more.jsonl', text: 'a list' }))
    const { NamedFiles } = (await import(rig.path('stages.mjs'))) as { NamedFiles: new () => unknown }
    await run(rig, 'one', [new NamedFiles(), new JsonlReaderStage({}), atLeast(3)])
    const traced = await trace(rig, 'id=far')
    expect(traced).toMatchObject({ behind: 'JsonlReaderStage', after: [{ text: 'in another file', id: 'far' }] })
    expect(outcomes(traced)).toEqual(['text_length_filter kept', 'JsonlWriter kept'])
  })

  it('explains the loss of documents whose key only a later stage gives', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', lines({ text: 'long enough' }, { text: 'short' }, { text: 'tiny' }))
    await run(rig, 'one', [new AddId({ idField: 'id' }), atLeast(1)])
    await run(rig, 'two', [new AddId({ idField: 'id' }), atLeast(6)])
    const { stdout } = await rig.cli('diff', 'one', 'two', '--json')
    const { losses, examples } = JSON.parse(stdout) as PipelineDifference
    expect(losses).toEqual([{ stage: 'text_length_filter', onlyInA: 2, onlyInB: 0 }])
    expect(examples.map(({ why }) => why?.['statistic'])).toEqual([{ text_len: 5 }, { text_len: 4 }])
  })
})

describe('pawl trace and diff beside what has changed since', () => {
  it('refuse a source that no longer holds what was read, and take one that was only touched', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', lines({ id: 'x', text: 'long enough' }, { id: 'y', text: 'short' }))
    await run(rig, 'one', [])
    await run(rig, 'two', [atLeast(6)])
    rig.write('input/a.jsonl', lines({ id: 'x', text: 'long enough' }, { id: 'y', text: 'short' }))
    expect(outcomes(await trace(rig, 'id=y'))).toEqual(['JsonlWriter kept'])
    rig.write('input/a.jsonl', lines({ id: 'x', text: 'long enough' }, { id: 'y', text: 'short!' }))
    const refused = await rig.cli('trace', 'one', '--id', 'id=y')
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('source a changed since the pipeline read it'),
    ])
    const missing = await rig.cli('trace', 'one', '--id', 'id=z')
    expect(missing.stderr).toContain('; 1 source changed since the pipeline read them')
    const { stdout } = await rig.cli('diff', 'one', 'two', '--json')
    expect((JSON.parse(stdout) as PipelineDifference).losses).toEqual([{ stage: 'unknown', onlyInA: 1, onlyInB: 0 }])
  })

  it('say so where the pipeline has not written a source', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', lines({ id: 'x', text: 'long enough' }))
    rig.write('output-one/a.jsonl', 'written by somebody else\n')
    await run(rig, 'one', [])
    const { stdout } = await rig.cli('trace', 'one', '--id', 'id=x')
    expect(stdout).toContain('The pipeline has not written source a: this is what its stages would do.')
    expect(await trace(rig, 'id=x')).toMatchObject({ isWritten: false })
  })
})

describe('a document that a filter of NeMo Curator dropped', () => {
  const words = (settings: { minWords: number; maxWords?: number }) => new WordCountFilter(settings)
  const dropped = ({ steps }: SampleTrace) => steps.at(-1)?.entry?.['__pawl__dropped__']

  it.each([
    ['ScoreFilter', [new ScoreFilter(words({ minWords: 3, maxWords: 9 }))], { field: 'text', inverted: false }],
    [
      'ScoreFilter',
      [new ScoreFilter(words({ minWords: 1, maxWords: 9 }), { invert: true })],
      { field: 'text', inverted: true },
    ],
    [
      'Filter',
      [
        new Score(words({ minWords: 3 }), { scoreField: 'n' }),
        new FilterByScore(words({ minWords: 3, maxWords: 9 }), { filterField: 'n' }),
      ],
      { field: 'n', inverted: false },
    ],
  ] as const)('%s names field, score and bound', async (operator, stages, { field, inverted }) => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', lines({ id: 'x', text: 'two words' }))
    await run(rig, 'one', stages)
    const minWords = inverted ? 1 : 3
    expect(dropped(await trace(rig, 'id=x'))).toEqual({
      ...{ operator, filter: 'WordCountFilter', field, statistic: { [`WordCountFilter of ${field}`]: 2 } },
      ...{ bound: { minWords, maxWords: 9 }, ...(inverted ? { inverted } : {}) },
    })
    const shown = (await rig.cli('trace', 'one', '--id', 'id=x')).stdout
    const not = inverted ? 'not ' : ''
    expect(shown).toContain(`WordCountFilter of ${field} 2 (wanted: ${not}minWords ${minWords}, maxWords 9)`)
  })
})

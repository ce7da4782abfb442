import '../small-buckets.js'
import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { SampleTrace } from '../../src/inspect/trace-steps.js'
import { PipelineRig, pawl } from '../pipeline/rig.js'

const { AddId, DocumentJoiner, DocumentSplitter, JsonlReader, JsonlWriter, OperatorStage, Pipeline } = pawl

type Row = Readonly<Record<string, unknown>>

const lines = (...rows: readonly Row[]) => rows.map(row => `${JSON.stringify(row)}\n`).join('')

async function trace(rig: PipelineRig, ...args: string[]): Promise<SampleTrace> {
  const { stdout, stderr } = await rig.cli('trace', 'state', ...args, '--json')
  expect(stderr).toBe('')
  return JSON.parse(stdout) as SampleTrace
}

const outcomes = ({ steps }: SampleTrace) => steps.map(({ operator, outcome }) => `${operator} ${outcome}`)

/** Reads `input`, runs stages over it and writes `output`. */
async function run(rig: PipelineRig, stages: readonly unknown[]): Promise<Row[]> {
  const pipeline = new Pipeline({ name: 'siblings' }).addStage(new JsonlReader({ filePaths: rig.path('input') }))
  for (const stage of [...stages, new JsonlWriter({ path: rig.path('output') })]) pipeline.addStage(stage as never)
  const result = await pipeline.run({ checkpointPath: rig.path('state'), workers: 1 })
  expect(result).toMatchObject({ failed: 0, pending: 0, quarantined: 0 })
  return rig.lines('output/a.jsonl').map(line => JSON.parse(line) as Row)
}

/** Stages of a user's own, which make documents anew and look at the whole batch. */
const ownStages = `
import { defineStage } from 'pawl'

const stage = (name, change) =>
  defineStage({
    ...{ module: import.meta.url, name, options: {}, takes: ['DocumentBatch'], gives: ['DocumentBatch'] },
    create: () => ({ process: batch => batch.withRows(change(batch.rows.map(row => ({ ...row })))) }),
  })

export const LongerThanMost = stage('LongerThanMost', rows => {
  const mean = rows.reduce((sum, { text }) => sum + text.length, 0) / rows.length
  return rows.filter(({ text }) => text.length >= mean)
})
export const OncePerBatch = stage('OncePerBatch', rows =>
  rows.filter((row, at) => rows.findIndex(({ text }) => text === row.text) === at),
)
export const Dice = stage('Dice', rows => rows.map(row => ({ ...row, dice: Math.random() })))
`

async function own(rig: PipelineRig, name: string): Promise<unknown> {
  rig.write('stages.mjs', ownStages)
  const stages = (await import(rig.path('stages.mjs'))) as Record<string, new () => unknown>
  return new stages[name]()
}

describe('pawl trace of a document whose batch matters', () => {
  const segments = [
    { id: 'd', segment_id: 0, text: 'one' },
    { id: 'e', segment_id: 0, text: 'two' },
    { id: 'd', segment_id: 1, text: 'three' },
  ]

  it('tells of a document that is joined with its siblings what stands in the output', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', lines(...segments))
    const output = await run(rig, [
      new DocumentJoiner({ separator: ' ' }),
      new OperatorStage('text_length_filter', { min_len: 1 }),
    ])
    expect(output).toEqual([
      { id: 'd', text: 'one three' },
      { id: 'e', text: 'two' },
    ])
    for (const [index, row] of [output[0], output[1], output[0]].entries()) {
      const traced = await trace(rig, '--line', `${rig.path('input', 'a.jsonl')}:${index + 1}`)
      expect(traced).toMatchObject({ after: [row], ending: 'known' })
      expect(traced.steps[0].withOthers).toBe(row['id'] === 'd' ? true : undefined)
    }
    const shown = (await rig.cli('trace', 'state', '--id', 'id=d')).stdout
    expect(shown).toMatch(/stage 1 DocumentJoiner: changed, together with others of its batch\n/)
  })

  it('takes siblings through the stages in front of a joiner, also where a barrier drops some', async () => {
    const rig = new PipelineRig()
    rig.write(
      'input/a.jsonl',
      lines({ id: 'd', text: 'kept one\n\nno\n\nthe same' }, { id: 'e', text: 'the same\n\nkept two' }),
    )
    rig.write('input/b.jsonl', lines({ id: 'f', text: 'kept two' }))
    const output = await run(rig, [
      new DocumentSplitter({ separator: '\n\n' }),
      new OperatorStage('text_length_filter', { min_len: 5 }),
      new OperatorStage('document_deduplicator'),
      new DocumentJoiner({ separator: ' ' }),
    ])
    const joined = new Map(output.map(row => [row['id'], row]))
    for (const id of ['d', 'e']) {
      const traced = await trace(rig, '--id', `id=${id}`)
      const row = joined.get(id)
      expect(traced).toMatchObject({ after: row === undefined ? [] : [row], ending: 'known' })
    }
    expect(outcomes(await trace(rig, '--id', 'id=d'))[1]).toBe('text_length_filter kept')
  })

  it('gives a document the number that it has in its batch, behind operators that run as one', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', lines({ text: 'first' }, { text: 'no' }, { text: 'second' }, { text: 'third' }))
    const output = await run(rig, [
      new OperatorStage('clean_email_mapper'),
      new OperatorStage('text_length_filter', { min_len: 5 }),
      new AddId({ idField: 'id', idPrefix: 'doc' }),
    ])
    for (const [at, row] of output.entries())
      expect((await trace(rig, '--id', `text=${row['text']}`)).after).toEqual([output[at]])
  })

  it('runs stages of others over the whole batch', async () => {
    const rig = new PipelineRig()
    rig.write(
      'input/a.jsonl',
      lines({ id: 1, text: 'short' }, { id: 2, text: 'a longer one' }, { id: 3, text: 'tiny' }),
    )
    expect(await run(rig, [await own(rig, 'LongerThanMost')])).toEqual([{ id: 2, text: 'a longer one' }])
    expect(outcomes(await trace(rig, '--id', 'id=1'))).toEqual(['LongerThanMost dropped'])
    expect(outcomes(await trace(rig, '--id', 'id=2'))).toEqual(['LongerThanMost kept', 'JsonlWriter kept'])
  })

  it('says that it does not know, where a stage gives something else each time or documents are alike', async () => {
    for (const [name, reason] of [
      ['Dice', /^stage 1 Dice: not known: it gives something else each time it is run$/m],
      ['OncePerBatch', /^stage 1 OncePerBatch: not known: another document of its batch holds the same/m],
    ] as const) {
      const rig = new PipelineRig()
      rig.write('input/a.jsonl', lines({ text: 'alike' }, { text: 'alike' }, { text: 'other' }))
      await run(rig, [await own(rig, name)])
      const { stdout } = await rig.cli('trace', 'state', '--id', 'text=alike')
      expect(stdout).toMatch(reason)
      expect(stdout).toMatch(/\nWhat came of it from there on is seen in the output alone\.\n$/)
    }
  })
})

describe('pawl trace of a document that a barrier decided on', () => {
  it('tells documents of one source apart that hold the same', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', lines({ text: 'the same' }, { text: 'another' }, { text: 'the same' }))
    const output = await run(rig, [new OperatorStage('document_deduplicator')])
    expect(output).toHaveLength(2)
    const [first, , last] = await Promise.all(
      [1, 2, 3].map(line => trace(rig, '--line', `${rig.path('input', 'a.jsonl')}:${line}`)),
    )
    expect(outcomes(first)).toEqual(['document_deduplicator kept', 'JsonlWriter kept'])
    expect(outcomes(last)).toEqual(['document_deduplicator dropped'])
  })

  it('says of equal documents that a stage made which of them is kept, or that it does not know', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', lines({ text: 'same|other' }, { text: 'same|more' }))
    await run(rig, [
      new DocumentSplitter({ separator: '|', segmentIdField: 'n' }),
      new OperatorStage('document_deduplicator'),
    ])
    const traced = await trace(rig, '--id', 'text=same|more')
    expect(outcomes(traced).slice(0, 2)).toEqual(['DocumentSplitter changed', 'document_deduplicator unknown'])
    expect(traced.ending).toBe('assumed')
  })

  it('does not say that a document is kept where what was decided on is gone', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', lines({ text: 'the same' }, { text: 'the same' }))
    await run(rig, [new OperatorStage('document_deduplicator')])
    rmSync(rig.path('state', 'checkpoints'), { recursive: true })
    const { stdout } = await rig.cli('trace', 'state', '--line', `${rig.path('input', 'a.jsonl')}:2`)
    expect(stdout).toMatch(/document_deduplicator: what it decided on is no longer kept; what follows holds where/)
    expect(stdout).toMatch(/\nIf it was kept where that is not known, it is kept\.\n$/)
  })
})

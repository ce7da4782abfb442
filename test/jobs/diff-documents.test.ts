import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import type { PipelineDifference } from '../../src/inspect/diff-pipelines.js'
import { drawing } from '../drawn.js'
import { PipelineRig, pawl } from '../pipeline/rig.js'

const itDrawn = drawing(2)

const { FilePartitioningStage, JsonlReader, JsonlWriter, OperatorStage, Pipeline } = pawl

const line = (id: unknown, text: string, more: object = {}) => `${JSON.stringify({ id, text, ...more })}\n`
const atLeast = (min_len: number, params: object = {}) =>
  new OperatorStage('text_length_filter', { min_len, ...params })

interface Stages {
  readonly reader?: readonly unknown[]
  readonly stages: readonly unknown[]
}

const run = (rig: PipelineRig, name: string, stages: readonly unknown[]) => runWith(rig, name, { stages })

async function runWith(rig: PipelineRig, name: string, { reader, stages }: Stages) {
  const pipeline = new Pipeline({ name })
  for (const stage of [
    ...(reader ?? [new JsonlReader({ filePaths: rig.path('input') })]),
    ...stages,
    new JsonlWriter({ path: rig.path(`output-${name}`) }),
  ])
    pipeline.addStage(stage as never)
  expect(await pipeline.run({ checkpointPath: rig.path(name), workers: 1 })).toMatchObject({ failed: 0, pending: 0 })
}

async function diff(rig: PipelineRig, ...args: string[]): Promise<PipelineDifference> {
  const { stdout, stderr } = await rig.cli('diff', 'one', 'two', ...args, '--json')
  expect(stderr).toBe('')
  return JSON.parse(stdout) as PipelineDifference
}

/** A reader of a user's own, which leaves a line in a file for each source that it reads. */
const ownReader = (log: string) => `
import { appendFileSync, readFileSync } from 'node:fs'
import { defineStage, DocumentBatch } from 'pawl'

export const OwnReader = defineStage({
  ...{ module: import.meta.url, name: 'OwnReader', options: {}, takes: ['FileGroupTask'], gives: ['DocumentBatch'] },
  create: () => ({
    process({ data: [path] }) {
      appendFileSync(${JSON.stringify(log)}, path + '\\n')
      const lines = readFileSync(path, 'utf8').split('\\n').filter(line => line !== '')
      return new DocumentBatch(lines.map(line => JSON.parse(line)))
    },
  }),
})
`

describe('pawl diff of pipelines, document by document', () => {
  itDrawn('looks for a document in its own source alone, and reads that once for all that are explained', async () => {
    const rig = new PipelineRig()
    const log = rig.write('log', '')
    rig.write('stages.mjs', ownReader(log))
    const { OwnReader } = (await import(rig.path('stages.mjs'))) as { OwnReader: new () => unknown }
    const reader = () => [new FilePartitioningStage({ filePaths: rig.path('input') }), new OwnReader()]
    // In the first source x goes by its text in both; in the second by its title, and only in the second pipeline.
    const titled = (...titles: string[]) => titles.map((title, at) => line(`y${at}`, 'long enough', { title })).join('')
    rig.write('input/a.jsonl', line('x', 'no', { title: 'any title' }) + line('a', 'a text', { title: 'some title' }))
    rig.write('input/b.jsonl', line('x', 'long enough', { title: 'no' }) + titled('no', 'ab', 'cd', 'a good title'))
    await runWith(rig, 'one', { stages: [atLeast(5)], reader: reader() })
    await runWith(rig, 'two', {
      stages: [atLeast(5), new OperatorStage('text_length_filter', { min_len: 5 }, { textKey: 'title' })],
      reader: reader(),
    })
    writeFileSync(log, '')
    const { examples, losses } = await diff(rig, '--examples', '9')
    expect(examples.map(({ source, key, stage, why }) => [source, key, stage, why?.['statistic']])).toEqual(
      ['x', 'y0', 'y1', 'y2'].map(key => ['b', key, 'text_length_filter', { 'text_len@title': 2 }]),
    )
    expect(losses).toEqual([{ stage: 'text_length_filter', onlyInA: 4, onlyInB: 0 }])
    expect(readFileSync(log, 'utf8')).toBe(`${rig.path('input', 'b.jsonl')}\n`)
  })

  itDrawn(
    'explains the first thousand where nobody says how many, and stages of others may look at whole batches',
    async () => {
      const rig = new PipelineRig()
      rig.write('stages.mjs', ownReader(rig.path('log')))
      const { OwnReader } = (await import(rig.path('stages.mjs'))) as { OwnReader: new () => unknown }
      const reader = () => [new FilePartitioningStage({ filePaths: rig.path('input') }), new OwnReader()]
      rig.write('input/a.jsonl', Array.from({ length: 1_100 }, (_, id) => line(id, 'short')).join(''))
      await runWith(rig, 'one', { stages: [], reader: reader() })
      await runWith(rig, 'two', { stages: [atLeast(6)], reader: reader() })
      const some = { onlyInA: 1_100, explained: 1_000, losses: [{ stage: 'text_length_filter', onlyInA: 1_000 }] }
      expect(await diff(rig)).toMatchObject(some)
      expect(await diff(rig, '--explain', '1050')).toMatchObject({ explained: 1_050 })
    },
  )

  itDrawn('blames no stage where it does not show which document of one key was meant', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', line('x', 'a longer text') + line('x', 'ab') + line('x', 'a text'))
    await run(rig, 'one', [])
    await run(rig, 'two', [atLeast(3), atLeast(7)])
    const { onlyInA, losses, examples } = await diff(rig)
    expect([onlyInA, examples.map(({ document }) => document?.['text'])]).toEqual([2, ['ab', 'a text']])
    // Two of three, and both by operators of one name.
    expect(losses).toEqual([{ stage: 'text_length_filter', onlyInA: 2, onlyInB: 0 }])
    rig.write('input/a.jsonl', line('x', 'a longer text') + line('x', 'ab') + line('x', 'a ☺ text'))
    await run(rig, 'one', [])
    await run(rig, 'two', [atLeast(3), new OperatorStage('alphanumeric_filter', { min_ratio: 0.8 })])
    expect((await diff(rig)).losses).toEqual([{ stage: 'unknown', onlyInA: 2, onlyInB: 0 }])
  })

  itDrawn('refuses output that was edited since, also where both are alike', async () => {
    for (const edit of [
      (path: string) => appendFileSync(path, line('z', 'added by hand')),
      (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('enough', 'ENOUGH')),
    ]) {
      const rig = new PipelineRig()
      rig.write('input/a.jsonl', line('a', 'long enough'))
      await run(rig, 'one', [])
      await run(rig, 'two', [])
      edit(rig.path('output-two', 'a.jsonl'))
      const { code, stderr } = await rig.cli('diff', 'one', 'two')
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/output-two\/a\.jsonl does not hold what its pipeline wrote: it was edited/),
      ])
    }
  })

  itDrawn('shows as many examples of each kind as it is asked for', async () => {
    const rig = new PipelineRig()
    const documents = (name: string) => line(`${name}0`, 'to me@example.org or so') + line(`${name}1`, 'ab')
    rig.write('input/a.jsonl', documents('a') + documents('b'))
    rig.write('input/b.jsonl', documents('c') + documents('d'))
    await run(rig, 'one', [atLeast(2)])
    await run(rig, 'two', [new OperatorStage('clean_email_mapper'), atLeast(3)])
    const { examples } = await diff(rig, '--examples', '1')
    expect(examples.map(({ kind, key }) => [kind, key])).toEqual([
      ['changed', 'a0'],
      ['only_in_a', 'a1'],
    ])
    const three = await diff(rig, '--examples', '3')
    expect(three.examples.map(({ kind, key }) => `${kind} ${String(key)}`)).toEqual([
      ...['changed a0', 'only_in_a a1', 'changed b0', 'only_in_a b1', 'changed c0', 'only_in_a c1'],
    ])
  })

  itDrawn('explains as many as it is asked for, and says that more remain', async () => {
    const rig = new PipelineRig()
    const documents = (name: string) => Array.from({ length: 5 }, (_, at) => line(`${name}${at}`, 'ab')).join('')
    rig.write('input/a.jsonl', documents('a') + line('kept', 'long enough'))
    rig.write('input/b.jsonl', documents('b') + line('kept', 'long enough'))
    await run(rig, 'one', [])
    await run(rig, 'two', [atLeast(3)])
    expect(await diff(rig)).toMatchObject({ explained: 10, losses: [{ stage: 'text_length_filter', onlyInA: 10 }] })
    const some = await diff(rig, '--explain', '7', '--examples', '9')
    expect(some).toMatchObject({ onlyInA: 10, explained: 7, losses: [{ stage: 'text_length_filter', onlyInA: 7 }] })
    expect(some.examples.map(({ stage }) => stage)).toEqual([
      ...Array(7).fill('text_length_filter'),
      undefined,
      undefined,
    ])
    const shown = (await rig.cli('diff', 'one', 'two', '--explain', '7')).stdout
    expect(shown).toContain('(of the first 7 of each, which were run again; --explain N takes more)')
    expect((await rig.cli('diff', 'one', 'two')).stdout).not.toContain('--explain')
    const refused = await rig.cli('diff', 'one', 'two', '--explain', 'all')
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--explain all: give a whole number')])
  })
})

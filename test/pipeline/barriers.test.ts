import '../small-buckets.js'
import { readdirSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json.js'
import type { PipelineOptions } from '../../src/index.js'
import { PipelineRig, pawl } from './rig.js'

const { JsonlReader, JsonlWriter, OperatorStage, Pipeline } = pawl

function threeFiles(): PipelineRig {
  const rig = new PipelineRig()
  const line = (id: string, text: string) => `${JSON.stringify({ id, text })}\n`
  for (const file of ['a', 'b', 'c'])
    rig.write(
      `input/${file}.jsonl`,
      [0, 1, 2, 3].map(n => line(`${file}${n}`, n < 2 ? `shared text number ${n}` : `own text ${file} ${n}`)).join(''),
    )
  return rig
}

interface Deduplication {
  readonly operator?: string
  readonly params?: JsonObject
  readonly longest?: number
}

/** Removes equal texts in the middle of a pipeline. */
function deduplicate(
  rig: PipelineRig,
  { operator = 'document_deduplicator', params = {}, longest = 1000 }: Deduplication = {},
) {
  return new Pipeline({ name: 'deduplicate' })
    .addStage(new JsonlReader({ filePaths: rig.path('input') }))
    .addStage(new OperatorStage('clean_email_mapper'))
    .addStage(new OperatorStage(operator, params))
    .addStage(new OperatorStage('text_length_filter', { max_len: longest }))
    .addStage(new JsonlWriter({ path: rig.path('output') }))
}

const run = (rig: PipelineRig, pipeline = deduplicate(rig), options: PipelineOptions = {}) =>
  pipeline.run({ checkpointPath: rig.path('state'), workers: 2, ...options })

const ids = (rig: PipelineRig) => Object.keys(rig.read('output')).flatMap(name => rig.ids(`output/${name}`))

describe('a barrier in a pipeline', () => {
  it('decides over all sources, the earliest stays, and a second run does nothing', async () => {
    const rig = threeFiles()
    expect(await run(rig)).toMatchObject({ complete: 3, failed: 0, wasComplete: false })
    expect(ids(rig)).toEqual(['a0', 'a1', 'a2', 'a3', 'b2', 'b3', 'c2', 'c3'])
    expect(await run(rig)).toMatchObject({ complete: 3, wasComplete: true })
    expect(JSON.parse((await rig.cli('pipeline', 'status', 'state', '--json')).stdout)).toMatchObject({
      complete: 3,
      pending: 0,
    })
  })

  it('a new file and a lost one redo only what the decision changes for', async () => {
    const rig = threeFiles()
    await run(rig)
    rig.write('input/0.jsonl', `${JSON.stringify({ id: 'z', text: 'shared text number 1' })}\n`)
    const redone: string[] = []
    await run(rig, deduplicate(rig), {
      onEvent: event => event.event_type === 'partition_complete' && redone.push(event.partition),
    })
    expect(ids(rig)).toEqual(['z', 'a0', 'a2', 'a3', 'b2', 'b3', 'c2', 'c3'])
    // The new one, and the one that lost a document to it.
    expect(redone).toHaveLength(2)
    rmSync(rig.path('input/a.jsonl'))
    await run(rig)
    expect(ids(rig)).toEqual(['z', 'b0', 'b2', 'b3', 'c2', 'c3'])
  })

  it('an edit behind it decides nothing anew, and one before it does', async () => {
    const rig = threeFiles()
    await run(rig)
    const decisions: string[] = []
    const watch: PipelineOptions = {
      onEvent: event => event.event_type === 'barrier_resolved' && decisions.push(event.operator),
    }
    await run(rig, deduplicate(rig, { longest: 15 }), watch)
    expect(ids(rig)).toEqual(['a2', 'a3', 'b2', 'b3', 'c2', 'c3'])
    expect(decisions).toEqual([])
    await run(rig, deduplicate(rig, { params: { lowercase: true }, longest: 15 }), watch)
    expect(decisions).toEqual(['document_deduplicator'])
  })

  it.each([
    ['document_minhash_deduplicator', { window_size: 2 }],
    ['document_simhash_deduplicator', { window_size: 2 }],
    ['document_line_deduplicator', {}],
  ])('%s does to a pipeline what it does to a recipe', async (operator, params) => {
    const rig = threeFiles()
    expect(await run(rig, deduplicate(rig, { operator, params }))).toMatchObject({ complete: 3, failed: 0 })
    rig.write(
      'recipe.yaml',
      JSON.stringify({
        dataset_path: 'input',
        export_path: 'recipe/result.jsonl',
        process: ['clean_email_mapper', { [operator]: params }, { text_length_filter: { max_len: 1000 } }],
      }),
    )
    expect(await rig.cli('run', 'recipe.yaml', '--quiet')).toMatchObject({ code: 0 })
    expect(Object.values(rig.read('output')).join('')).toBe(rig.read('recipe')['result.jsonl'])
  })

  it('waits for all sources: where one fails, the others stay pending', async () => {
    const rig = threeFiles()
    rig.write('input/d.jsonl.gz', 'no gzip')
    const outcome = await run(rig)
    expect(outcome).toMatchObject({ complete: 0, failed: 1, pending: 3 })
    rmSync(rig.path('input/d.jsonl.gz'))
    expect(await run(rig)).toMatchObject({ complete: 3, failed: 0 })
  })

  it('what it decided on and its decision are made again where they are damaged or lost', async () => {
    const rig = threeFiles()
    await run(rig)
    const before = rig.read('output')
    for (const name of readdirSync(rig.path('state/checkpoints'))) rig.write(`state/checkpoints/${name}`, 'damaged')
    rmSync(rig.path('output/b.jsonl'))
    expect(await run(rig)).toMatchObject({ complete: 3, failed: 0 })
    expect(rig.read('output')).toEqual(before)
  })

  it('all is decided again where it is damaged on the way to a second barrier', async () => {
    const rig = threeFiles()
    const texts = ['shared text number 0', 'OWN TEXT A 2', 'own text b']
    rig.write('input/b.jsonl', texts.map((text, n) => `${JSON.stringify({ id: `b${n}`, text })}\n`).join(''))
    const twice = () =>
      new Pipeline({ name: 'twice' })
        .addStage(new JsonlReader({ filePaths: rig.path('input') }))
        .addStage(new OperatorStage('document_deduplicator'))
        .addStage(new OperatorStage('clean_email_mapper'))
        .addStage(new OperatorStage('document_deduplicator', { lowercase: true }))
        .addStage(new JsonlWriter({ path: rig.path('output') }))
    await run(rig, twice())
    expect(rig.ids('output/b.jsonl')).toEqual(['b2'])
    const before = rig.read('output')
    for (const name of readdirSync(rig.path('state/checkpoints')))
      if (/\.(verdict|signatures)$/.test(name)) rig.write(`state/checkpoints/${name}`, 'damaged')
    rmSync(rig.path('output/b.jsonl'))
    expect(await run(rig, twice())).toMatchObject({ complete: 3, failed: 0 })
    expect(rig.read('output')).toEqual(before)
  })

  it('without spools that are kept it still has nothing to do a second time', async () => {
    const rig = threeFiles()
    await run(rig, deduplicate(rig), { keepSpools: false })
    expect(readdirSync(rig.path('state/checkpoints')).filter(name => name.endsWith('.spool'))).toEqual([])
    expect(await run(rig, deduplicate(rig), { keepSpools: false })).toMatchObject({ wasComplete: true })
  })
})

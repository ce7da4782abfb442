import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { PipelineDifference } from '../../src/inspect/diff-pipelines.js'
import { PipelineRig, pawl } from '../pipeline/rig.js'

const { JsonlReader, JsonlWriter, OperatorStage, Pipeline } = pawl

const line = (id: string, text: string) => `${JSON.stringify({ id, text })}\n`

function threeFiles(): PipelineRig {
  const rig = new PipelineRig()
  rig.write('input/a.jsonl', line('a0', 'long enough for both') + line('a1', 'rather short'))
  rig.write('input/b.jsonl', line('b0', 'write to me@example.org please') + line('b1', 'rather short'))
  rig.write('input/c.jsonl', line('c0', 'the same in both of them'))
  return rig
}

async function run(rig: PipelineRig, name: string, { shortest, cleans }: { shortest: number; cleans: boolean }) {
  const pipeline = new Pipeline({ name }).addStage(new JsonlReader({ filePaths: rig.path('input') }))
  if (cleans) pipeline.addStage(new OperatorStage('clean_email_mapper'))
  await pipeline
    .addStage(new OperatorStage('text_length_filter', { min_len: shortest }))
    .addStage(new JsonlWriter({ path: rig.path(`output-${name}`) }))
    .run({ checkpointPath: rig.path(name), workers: 1 })
}

describe('pawl diff of two pipelines', () => {
  it('tells sources, documents and fields that differ, and which stage made the difference', async () => {
    const rig = threeFiles()
    await run(rig, 'one', { shortest: 5, cleans: false })
    rig.write('input/d.jsonl', line('d0', 'only the second has read it'))
    await run(rig, 'two', { shortest: 15, cleans: true })
    const { stdout, stderr } = await rig.cli('diff', 'one', 'two', '--json')
    expect(stderr).toBe('')
    const difference = JSON.parse(stdout) as PipelineDifference
    expect(difference).toMatchObject({
      sourcesSame: 1,
      sourcesDiffering: 2,
      sourcesOnlyInA: [],
      sourcesOnlyInB: ['d'],
      ...{ same: 2, changed: 1, onlyInA: 2, onlyInB: 0, fields: { text: 1 } },
    })
    expect(difference.stages).toEqual([
      { stage: 'JsonlReaderStage', inA: 3, outA: 5, inB: 4, outB: 6 },
      // Both run as one, and nothing is counted between them.
      { stage: 'clean_email_mapper', inB: 6, outB: null },
      { stage: 'text_length_filter', inA: 5, outA: 5, inB: null, outB: 4 },
      { stage: 'JsonlWriter', inA: 5, outA: 5, inB: 4, outB: 4 },
    ])
    expect(difference.losses).toEqual([{ stage: 'text_length_filter', onlyInA: 2, onlyInB: 0 }])
    expect(difference.examples).toEqual([
      {
        ...{ source: 'a', kind: 'only_in_a', key: 'a1', document: { id: 'a1', text: 'rather short' } },
        ...{ stage: 'text_length_filter', why: expect.objectContaining({ statistic: { text_len: 12 } }) },
      },
      expect.objectContaining({ source: 'b', kind: 'changed', key: 'b0' }),
      expect.objectContaining({ source: 'b', kind: 'only_in_a', key: 'b1', stage: 'text_length_filter' }),
    ])
    const shown = (await rig.cli('diff', 'one', 'two')).stdout
    expect(shown).toContain('3 sources in both: 1 the same, 2 differ; 1 only in two (d)')
    expect(shown).toContain('source a, "a1": only in one; text_length_filter of two dropped it')
    expect(shown).toMatch(/^clean_email_mapper +- +- +6 +\?$/m)
    expect(shown).toMatch(/^text_length_filter +2 +0$/m)
  })

  it('tells what barriers got and gave, and which of them dropped a document', async () => {
    const rig = new PipelineRig()
    rig.write('input/a.jsonl', line('a0', 'the same text') + line('a1', 'a text of its own'))
    rig.write('input/b.jsonl', line('b0', 'the same text'))
    for (const [name, isUnique] of [
      ['one', false],
      ['two', true],
    ] as const) {
      const pipeline = new Pipeline({ name }).addStage(new JsonlReader({ filePaths: rig.path('input') }))
      if (isUnique) pipeline.addStage(new OperatorStage('document_deduplicator'))
      const writer = new JsonlWriter({ path: rig.path(`output-${name}`) })
      await pipeline.addStage(writer).run({ checkpointPath: rig.path(name), workers: 1 })
    }
    const { stdout } = await rig.cli('diff', 'one', 'two', '--json')
    const { stages, losses, examples } = JSON.parse(stdout) as PipelineDifference
    expect(stages[1]).toEqual({ stage: 'document_deduplicator', inB: 3, outB: 2 })
    expect(losses).toEqual([{ stage: 'document_deduplicator', onlyInA: 1, onlyInB: 0 }])
    expect(examples).toMatchObject([{ source: 'b', key: 'b0', stage: 'document_deduplicator' }])
  })

  it('says so where the output of one is gone, and where the other is no pipeline', async () => {
    const rig = threeFiles()
    await run(rig, 'one', { shortest: 5, cleans: false })
    await run(rig, 'two', { shortest: 15, cleans: false })
    rmSync(rig.path('output-two', 'a.jsonl'))
    const gone = await rig.cli('diff', 'one', 'two')
    expect([gone.code, gone.stderr]).toEqual([
      2,
      expect.stringMatching(/output-two\/a\.jsonl is gone: run its pipeline again/),
    ])
    rig.write(
      'r.yaml',
      'dataset_path: input\nexport_path: out/r.jsonl\njob_id: r\nprocess: [{ text_length_filter: {} }]\n',
    )
    expect((await rig.cli('run', '--config', 'r.yaml', '-q')).code).toBe(0)
    const mixed = await rig.cli('diff', 'out/r', 'one')
    expect([mixed.code, mixed.stderr]).toEqual([
      2,
      expect.stringContaining('one is a pipeline and out/r the job of a recipe'),
    ])
  })
})

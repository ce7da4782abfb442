import '../small-buckets.js'
import { describe, expect, it } from 'vitest'
import type { SampleTrace } from '../../src/inspect/trace-steps.js'
import { PipelineRig, pawl } from '../pipeline/rig.js'

const { DocumentSplitter, JsonlReader, JsonlWriter, OperatorStage, Pipeline, ScoreFilter, WordCountFilter } = pawl

const line = (id: string, text: string) => `${JSON.stringify({ id, text })}\n`

/** Two files, of which the second has one text of the first. */
function twoFiles(): PipelineRig {
  const rig = new PipelineRig()
  rig.write(
    'input/a.jsonl',
    line('a0', 'one two three write to me@example.org') + line('a1', 'short') + line('a2', 'the same text'),
  )
  rig.write(
    'input/b.jsonl',
    `${line('b0', 'the same text')}\n\nno document\n${line('b1', 'a text of its own\n\nin two parts')}`,
  )
  return rig
}

const pipeline = (rig: PipelineRig) =>
  new Pipeline({ name: 'traced' })
    .addStage(new JsonlReader({ filePaths: rig.path('input') }))
    .addStage(new OperatorStage('clean_email_mapper'))
    .addStage(new ScoreFilter(new WordCountFilter({ minWords: 2 }), { scoreField: 'words' }))
    .addStage(new OperatorStage('document_deduplicator'))
    .addStage(new OperatorStage('text_length_filter', { min_len: 5 }))
    .addStage(new DocumentSplitter({ separator: '\n\n' }))
    .addStage(new JsonlWriter({ path: rig.path('output') }))

async function trace(rig: PipelineRig, ...args: string[]): Promise<SampleTrace> {
  const { stdout, stderr } = await rig.cli('trace', 'state', ...args, '--json')
  expect(stderr).toBe('')
  return JSON.parse(stdout) as SampleTrace
}

const outcomes = ({ steps }: SampleTrace) =>
  steps.map(({ operator, outcome, made }) => `${operator} ${outcome}${made === undefined ? '' : ` ${made}`}`)

describe('pawl trace of a pipeline', () => {
  it('tells what each stage did to a document, what a barrier decided, and changes nothing', async () => {
    const rig = twoFiles()
    await pipeline(rig).run({ checkpointPath: rig.path('state'), workers: 2 })
    const before = { ...rig.read('output'), ...rig.read('state') }

    const kept = await trace(rig, '--id', 'id=a0')
    expect(kept).toMatchObject({ of: 'pipeline', file: rig.path('input', 'a.jsonl'), line: 1, partition: 'a' })
    expect(outcomes(kept)).toEqual([
      'clean_email_mapper changed',
      'ScoreFilter changed',
      'document_deduplicator kept',
      'text_length_filter kept',
      'DocumentSplitter changed',
      'JsonlWriter kept',
    ])
    expect(kept.steps[0].entry).toMatchObject({ processed_text: 'one two three write to ' })
    expect(kept.steps[1].entry).toEqual({ changed_fields: { words: { original: null, processed: 5 } } })
    expect(kept.steps[3].stats).toEqual({ text_len: 23 })
    expect(kept.steps.at(-1)?.files).toEqual([rig.path('output', 'a.jsonl')])

    expect(outcomes(await trace(rig, '--id', 'id=a1'))).toEqual(['clean_email_mapper kept', 'ScoreFilter dropped'])
    expect(outcomes(await trace(rig, '--id', 'id=b0'))).toEqual([
      'clean_email_mapper kept',
      'ScoreFilter changed',
      'document_deduplicator dropped',
    ])
    // The fourth line is no document, and the two before it are blank.
    const split = await trace(rig, '--line', `${rig.path('input', 'b.jsonl')}:5`)
    expect(split.before).toEqual({ id: 'b1', text: 'a text of its own\n\nin two parts' })
    expect(outcomes(split).slice(-2)).toEqual(['DocumentSplitter changed 2', 'JsonlWriter kept'])
    expect(split.after.map(({ text }) => text)).toEqual(['a text of its own', 'in two parts'])

    expect({ ...rig.read('output'), ...rig.read('state') }).toEqual(before)
    const shown = (await rig.cli('trace', 'state', '--id', 'id=b0')).stdout
    expect(shown).toMatch(/b\.jsonl, line 1 \(source b\)\n/)
    expect(shown).toMatch(/stage 3 document_deduplicator: dropped\nNothing is left of it\.\n$/)
  })

  it('says so where there is no such document, and where a stage is written in the script', async () => {
    const rig = twoFiles()
    const inline = { name: 'Inline', process: (batch: unknown) => batch }
    await new Pipeline({ name: 'inline' })
      .addStage(new JsonlReader({ filePaths: rig.path('input') }))
      .addStage(new OperatorStage('clean_email_mapper'))
      .addStage(Object.assign(new (class extends pawl.Stage {})(), inline) as never)
      .addStage(new JsonlWriter({ path: rig.path('output') }) as never)
      .run({ checkpointPath: rig.path('state'), workers: 1 })
    const missing = await rig.cli('trace', 'state', '--id', 'id=z9')
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringContaining("no sample of the job's input has id = z9"),
    ])
    const refused = await rig.cli('trace', 'state', '--id', 'id=a0')
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('Inline is written in the pipeline’s own script'.replace('’', "'")),
    ])
  })
})

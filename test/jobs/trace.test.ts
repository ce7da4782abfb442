import { describe, expect } from 'vitest'
import type { JobDifference } from '../../src/inspect/diff-jobs.js'
import type { SampleTrace } from '../../src/inspect/trace-steps.js'
import { drawing } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(2)

const texts = [
  'a mail to someone@example.org, which goes',
  'the same text twice',
  'the same text twice',
  'short',
  'a text that stays as it is, all of it',
]

async function finishedRig(): Promise<JobRig> {
  const rig = new JobRig()
  for (const file of ['a', 'b'])
    rig.writeLines(
      `data/${file}.jsonl`,
      texts.map((text, n) => ({ id: `${file}-${n}`, n, text: `${text}${n === 1 || n === 2 ? '' : ` ${file}`}` })),
    )
  rig.write('data/a.jsonl', `${rig.read('data/a.jsonl')}{"id":"a-5","text":5}\n`)
  rig.recipe({
    process: ['clean_email_mapper', { text_length_filter: { min_len: 10 } }, 'document_deduplicator'],
    partition: { mode: 'manual', num_of_partitions: 3 },
    checkpoint: { strategy: 'every_op' },
  })
  expect((await rig.runRecipe()).code).toBe(0)
  return rig
}

const trace = async (rig: JobRig, ...args: string[]): Promise<SampleTrace> => {
  const { code, stdout, stderr } = await rig.run('trace', 'jobs/job', ...args, '--json')
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as SampleTrace
}

const outcomes = ({ steps }: SampleTrace) => steps.map(({ outcome }) => outcome)

describe('pawl trace', () => {
  itDrawn('says what each operator did to one sample, found by a field or by its place', async () => {
    const rig = await finishedRig()
    const changed = await trace(rig, '--id', 'id=b-0')
    expect(changed).toMatchObject({ file: rig.path('data/b.jsonl'), line: 1 })
    expect(outcomes(changed)).toEqual(['changed', 'kept', 'kept'])
    expect(changed.steps[0].entry).toMatchObject({ processed_text: 'a mail to , which goes b' })
    expect(changed.steps[1].stats).toEqual({ text_len: 24 })
    expect(changed.after).toEqual([{ id: 'b-0', n: 0, text: 'a mail to , which goes b' }])
    const short = await trace(rig, '--line', `${rig.path('data/a.jsonl')}:4`)
    expect(outcomes(short)).toEqual(['kept', 'dropped'])
    expect(short.steps[1].entry).toMatchObject({
      __pawl__dropped__: { operator: 'text_length_filter', statistic: { text_len: 7 }, bound: { min_len: 10 } },
    })
    // The first of equal texts stays, wherever the others are.
    expect(outcomes(await trace(rig, '--id', 'id=a-1'))).toEqual(['kept', 'kept', 'kept'])
    for (const id of ['a-2', 'b-1', 'b-2'])
      expect(outcomes(await trace(rig, '--id', `id=${id}`))).toEqual(['kept', 'kept', 'dropped'])
    const failed = await trace(rig, '--line', `${rig.path('data/a.jsonl')}:6`)
    expect(failed.steps).toEqual([
      { index: 0, operator: 'clean_email_mapper', outcome: 'failed', error: expect.stringContaining('text') },
    ])
    expect((await trace(rig, '--id', 'n=3')).file).toBe(rig.path('data/a.jsonl'))
  })

  itDrawn('prints it for people, and says what is wrong', async () => {
    const rig = await finishedRig()
    const { stdout } = await rig.run('trace', 'jobs/job', '--id', 'id=a-0')
    expect(stdout).toContain('process[0] clean_email_mapper: changed')
    expect(stdout).toContain('a mail to [-someone@example.org-], which goes a')
    expect(stdout).toContain('It is kept.')
    for (const [args, message] of [
      [[], 'name one sample'],
      [['--id', 'id'], 'give a field and its value'],
      [['--id', 'id=nobody'], 'no sample of the job'],
      [['--line', 'data/a.jsonl:99'], 'no sample at line 99'],
    ] as const) {
      const wrong = await rig.run('trace', 'jobs/job', ...args)
      expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining(message)])
    }
  })

  itDrawn('without what a barrier decided on says so', async () => {
    const rig = await finishedRig()
    await rig.runRecipe('--intermediate_storage.retention_policy', 'cleanup_all', '--checkpoint.strategy', 'disabled')
    await rig.run('clean', 'jobs/job')
    const known = await trace(rig, '--id', 'id=a-0')
    expect(outcomes(known)[2]).toBe('unknown')
  })
})

describe('pawl diff', () => {
  itDrawn('says which samples and statistics differ, and which operator made the difference', async () => {
    const rig = await finishedRig()
    const other = ['--job_id', 'other', '--export_path', 'out/other.jsonl']
    expect((await rig.runRecipe(...other, '--text_length_filter.min_len', '30')).code).toBe(0)
    const { stdout } = await rig.run('diff', 'jobs/job', 'jobs/other', '--json')
    const difference = JSON.parse(stdout) as JobDifference
    expect(difference).toMatchObject({ samplesA: 5, samplesB: 2, same: 2, changed: 0, onlyInA: 3, onlyInB: 0 })
    expect(difference.operators).toEqual([{ operator: 'text_length_filter', onlyInA: 3, onlyInB: 0 }])
    expect(difference.examples[0]).toMatchObject({
      kind: 'only_in_a',
      operator: 'text_length_filter',
      why: { bound: { min_len: 30 } },
    })
    const text = (await rig.run('diff', 'jobs/job', 'jobs/other')).stdout
    expect(text).toContain('5 samples in jobs/job, 2 in jobs/other: 2 the same, 0 differ, 3 only in jobs/job')
    const edited = ['--job_id', 'edited', '--export_path', 'out/edited.jsonl', '--clean_email_mapper.repl', 'MAIL']
    expect((await rig.runRecipe(...edited)).code).toBe(0)
    const changes = JSON.parse((await rig.run('diff', 'jobs/job', 'jobs/edited', '--json')).stdout) as JobDifference
    expect(changes).toMatchObject({ same: 3, changed: 2, fields: { text: 2 }, stats: { text_len: 2 } })
    expect(changes.examples[0].fields?.['text']).toEqual(['a mail to , which goes a', 'a mail to MAIL, which goes a'])
    const same = JSON.parse((await rig.run('diff', 'jobs/job', 'jobs/job', '--json')).stdout) as JobDifference
    expect(same).toMatchObject({ same: 5, changed: 0, onlyInA: 0, onlyInB: 0 })
  })
})

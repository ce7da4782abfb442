import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  analyzeRecipe,
  defineMapper,
  defineRecipe,
  type OperatorCase,
  openRecipe,
  type Progress,
  planRecipe,
  type RecipeInput,
  runRecipe,
  testOperator,
} from '../../src/index.js'
import { JobRig } from '../rig-job.js'

const texts = Array.from({ length: 60 }, (_, id) => ({
  id,
  text: id % 3 === 0 ? 'short' : `a longer text, number ${id}`,
}))

/** A folder with data, and a recipe over it as an object. */
function setUp(more: RecipeInput = {}) {
  const rig = new JobRig()
  rig.writeLines('data/a.jsonl', texts)
  const recipe = defineRecipe({
    dataset_path: rig.path('data'),
    export_path: rig.path('out', 'result.jsonl'),
    work_dir: rig.path('jobs'),
    job_id: 'job',
    np: 1,
    partition: { mode: 'manual', num_of_partitions: 4 },
    process: ['clean_links_mapper', { text_length_filter: { min_len: 10 } }, 'document_deduplicator'],
    ...more,
  } satisfies RecipeInput)
  return { rig, recipe }
}

describe('a recipe as an object', () => {
  it('runs, and gives what the same recipe in a file gives', async () => {
    const { rig, recipe } = setUp()
    const report = await runRecipe(recipe)
    expect(report).toMatchObject({ samplesOut: 40, wasComplete: false, jobId: 'job' })
    const rows = rig.exportedRows()
    rig.write('recipe.yaml', JSON.stringify({ ...recipe, job_id: 'file', export_path: rig.path('out', 'file.jsonl') }))
    expect((await runRecipe(rig.path('recipe.yaml'))).samplesOut).toBe(40)
    expect(rig.exportedRows('file.jsonl')).toEqual(rows)
    expect((await runRecipe(await openRecipe(recipe))).wasComplete).toBe(true)
  })

  it('is gone on with by the command line, as what a file began', async () => {
    const { rig, recipe } = setUp()
    await runRecipe(recipe)
    const ended = await rig.run('resume', 'job', '--work_dir', 'jobs')
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toContain('nothing to do: the job was complete')
  })

  it('is planned and analysed, and makes no file when it is planned', async () => {
    const { rig, recipe } = setUp()
    const { description } = await planRecipe(recipe)
    expect(description.partitions.count).toBe(4)
    expect(readdirSync(rig.folder)).toEqual(['data'])
    const { filters, job_id } = await analyzeRecipe(recipe)
    expect({ job_id, filters }).toMatchObject({
      job_id: 'job-analysis',
      filters: [{ name: 'text_length_filter', dropped_alone: 20 }],
    })
    expect((await analyzeRecipe(await openRecipe(recipe))).samples).toBe(60)
  })

  it('is held to the same rules as a file', async () => {
    const { rig, recipe } = setUp()
    const wrong = {
      ...recipe,
      chekpoint: {},
      process: [{ text_length_filter: { min_lne: 3 } }],
    } as unknown as RecipeInput
    const error = await runRecipe(wrong).catch(error => error)
    expect(error).toMatchObject({ name: 'RecipeError', code: 'bad_recipe' })
    expect(error.message).toContain('there is no "chekpoint"; did you mean "checkpoint"?')
    expect(error.message).toContain('did you mean "min_len"?')
    expect(readdirSync(rig.folder)).toEqual(['data'])
  })

  it('leaves out keys without a value, and takes nothing that a file could not hold', async () => {
    const { recipe } = setUp()
    expect((await openRecipe({ ...recipe, np: undefined })).recipe.np).toBeNull()
    for (const value of [() => 1, new Date(), 10n, Symbol('x')])
      await expect(openRecipe({ ...recipe, project_name: value as never })).rejects.toThrow(
        'project_name: a recipe holds',
      )
    const loop: Record<string, unknown> = {}
    loop['partition'] = loop
    await expect(openRecipe(loop)).rejects.toMatchObject({ code: 'bad_recipe' })
  })
})

describe('a run that is watched', () => {
  it('gives its progress to a loop, grows, and ends with all of it', async () => {
    const { recipe } = setUp()
    const run = runRecipe(recipe, { progressEveryMs: 5 })
    const seen: Progress[] = []
    for await (const progress of run) seen.push(progress)
    expect(seen.length).toBeGreaterThan(2)
    expect(seen[0]).toMatchObject({ phase: 'listing', share: 0, partitionsTotal: 0 })
    for (const [index, { share }] of seen.entries()) expect(share).toBeGreaterThanOrEqual(seen[index - 1]?.share ?? 0)
    const report = await run
    expect(seen.at(-1)).toMatchObject({
      phase: 'done',
      share: 1,
      kept: 40,
      partitionsDone: 4,
      partitionsTotal: 4,
      dropped: [{ operator: 'text_length_filter', samples: 20 }],
      processedBytes: report.counts.bytes,
    })
  })

  it('tells an observer, also for the last time, and goes on when a loop is left', async () => {
    const { recipe } = setUp()
    const seen: number[] = []
    const starts: string[] = []
    const run = runRecipe(recipe, {
      onProgress: ({ share }) => seen.push(share),
      onStart: message => starts.push(message),
      progressEveryMs: 5,
    })
    for await (const _ of run) break
    expect((await run).samplesOut).toBe(40)
    expect(seen.at(-1)).toBe(1)
    expect(starts).toEqual([expect.stringMatching(/^Starting job: 3 operators over 4 partitions; about .* of disk/)])
  })

  it('throws into the loop what ends it', async () => {
    const { recipe } = setUp({ dataset_path: '/nowhere/at/all' })
    const iterate = async () => {
      for await (const _ of runRecipe(recipe)) void _
    }
    await expect(iterate()).rejects.toMatchObject({ name: 'InputError', code: 'missing' })
  })

  it('is stopped by a signal, before it begins or on its way, and goes on later', async () => {
    const { rig, recipe } = setUp()
    const before = runRecipe(recipe, { signal: AbortSignal.abort() })
    await expect(before).rejects.toMatchObject({ name: 'JobStopped', code: 'stopped' })
    expect(existsSync(rig.path('jobs'))).toBe(false)
    const controller = new AbortController()
    const run = runRecipe(recipe, {
      signal: controller.signal,
      onEvent: ({ event_type }) => {
        if (event_type === 'checkpoint_save') controller.abort('enough')
      },
    })
    await expect(run).rejects.toMatchObject({ code: 'stopped', message: 'enough' })
    expect(rig.summary().status).toBe('stopped')
    const again = runRecipe(recipe, { progressEveryMs: 1 })
    const shares: number[] = []
    for await (const { phase, reusedShare } of again) if (phase !== 'listing') shares.push(reusedShare)
    expect(shares[0]).toBeGreaterThan(0)
    expect((await again).samplesOut).toBe(40)
  })

  it('is refused a progress interval that makes no sense', () => {
    expect(() => runRecipe({}, { progressEveryMs: 0 })).toThrow(expect.objectContaining({ code: 'bad_usage' }))
  })
})

describe('testOperator', () => {
  const shout = defineMapper({
    name: 'shout_mapper',
    summary: 'Turns the text to upper case.',
    params: {},
    create: (_, { textKey }) => ({ map: sample => sample.setText(textKey, sample.text(textKey).toUpperCase()) }),
  })

  it('passes what comes out as its cases say, in any field', async () => {
    await testOperator(shout, [{ before: { text: 'a', id: 1 }, after: [{ text: 'A' }] }])
    await testOperator(shout, [{ before: { body: 'a' }, after: [{ body: 'A' }] }], { textKey: 'body' })
  })

  it('says of every case that comes out otherwise what was found and what was expected', async () => {
    const cases: OperatorCase[] = [
      { before: { text: 'a' }, after: [{ text: 'A' }] },
      { before: { text: 'b' }, after: [] },
      { before: { id: 1 }, after: [{}] },
      { sample: { text: 'a' }, stats: {}, kept: true },
    ]
    await expect(testOperator(shout, cases)).rejects.toMatchObject({
      code: 'operator_test_failed',
      operator: 'shout_mapper',
      problems: [
        'case 2: it makes [{"text":"B"}], expected []',
        expect.stringContaining('case 3: it threw SampleError: field "text" is missing'),
        'case 4: it is none of a mapper',
      ],
    })
    await expect(testOperator(shout, [])).rejects.toThrow('there is no case')
    const option = { params: { lout: true } }
    await expect(testOperator(shout, [cases[0]], option)).rejects.toThrow('Unrecognized key')
  })

  it('finds a batch that answers otherwise than its samples alone', async () => {
    const first = defineMapper({
      name: 'first_mapper',
      summary: 'Drops all but the first of a batch.',
      params: {},
      create: () => ({ mapBatch: samples => samples.map((_, index) => (index === 0 ? undefined : [])) }),
    })
    const cases = ['a', 'b'].map(text => ({ before: { text }, after: [{}] }))
    await expect(testOperator(first, cases)).rejects.toThrow('case 2: in one batch with the other cases it makes []')
  })
})

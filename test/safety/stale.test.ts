import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Lab } from './lab.js'

const manual = (count: number) => ({ partition: { mode: 'manual', num_of_partitions: count } })
const atLeast = (min_len: number) => ({ text_length_filter: { min_len } })

const operator = (name: string, body: string, more = '') => `
import { defineMapper } from 'pawl'
export default defineMapper({ name: '${name}', summary: 'Obeys.', params: {}, ${more} create: (_, { textKey }) => ({
  map(sample) { const text = sample.text(textKey); ${body} } }) })`

describe('a decision', () => {
  it('is applied only to the rows that it was made of, also behind an operator that never does the same twice', async () => {
    const lab = new Lab()
    lab.writeTexts(
      'data/a.jsonl',
      Array.from({ length: 30 }, (_, n) => `text ${n}`),
    )
    const draw = "sample.setText(textKey, 'drawn ' + Math.floor(Math.random() * 40).toString().padStart(3, '0'))"
    lab.write('op.mjs', operator('drawing_mapper', draw, 'deterministic: false,'))
    const recipe = (min_len: number) => ({
      ...manual(4),
      custom_operator_paths: lab.path('op.mjs'),
      process: ['drawing_mapper', 'document_deduplicator', atLeast(min_len)],
      intermediate_storage: { preserve_intermediate_data: false },
    })
    for (let min_len = 1; min_len < 5; min_len++) {
      expect((await lab.run(recipe(min_len))).error).toBeUndefined()
      const texts = lab.texts()
      expect(new Set(texts).size).toBe(texts.length)
      expect(texts.length).toBeGreaterThan(10)
    }
  })
})

describe('a changed input', () => {
  it('is noticed where text moves from the end of one file to the start of the next', async () => {
    const lab = new Lab()
    const put = (first: string, second: string) => {
      lab.write('data/a.jsonl', first)
      lab.write('data/b.jsonl', second)
    }
    put('{"text":"one"}\n{"text":"two"}\n', '{"text":"three"}\n')
    const recipe = { ...manual(1), process: [atLeast(1)], keep_stats_in_res_ds: true }
    expect((await lab.run(recipe)).units).toBe(1)
    put('{"text":"one"}\n', '{"text":"two"}\n{"text":"three"}\n')
    expect((await lab.run(recipe)).units).toBe(1)
  })

  it('of new files among many small ones is new partitions and leaves all others alone', async () => {
    const lab = new Lab()
    const name = (n: number) => `data/${String(n).padStart(4, '0')}.jsonl`
    const text = (n: number) =>
      `text of file ${n} ${n % 7 === 0 ? 'again' : n}`.replace(/of file \d+ again/, 'seen before')
    for (let n = 0; n < 200; n++) lab.writeTexts(name(n * 2), [text(n * 2), text(n * 2)])
    const recipe = { ...manual(10), process: [atLeast(3), 'document_deduplicator', atLeast(4)] }
    expect((await lab.run(recipe)).error).toBeUndefined()
    for (const n of [1, 77, 133, 201, 399]) lab.writeTexts(name(n), [text(n)])
    const again = await lab.run(recipe)
    const started = again.events.flatMap(event =>
      event.event_type === 'partition_start' && event.from_op === 0 ? [event.partition] : [],
    )
    expect(new Set(started).size).toBeLessThan(3)
    const bytes = lab.read('out/result.jsonl')
    await lab.run({ ...recipe, job_id: 'fresh', export_path: 'out/fresh.jsonl' })
    expect(bytes).toBe(lab.read('out/fresh.jsonl'))
  })
})

describe('a key that was changed', () => {
  it('to keep hashes reaches samples that went through a deduplicator before', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['one', 'two', 'one'])
    const process = [atLeast(1), 'document_deduplicator']
    await lab.run({ process })
    const edited = {
      process: [...process, { document_deduplicator: { lowercase: true } }],
      keep_hashes_in_res_ds: true,
    }
    await lab.run(edited)
    const bytes = lab.read('out/result.jsonl')
    await lab.run({ ...edited, job_id: 'fresh', export_path: 'out/fresh.jsonl' })
    expect(bytes).toContain('__dj__hash')
    expect(bytes).toBe(lab.read('out/fresh.jsonl'))
  })

  it('on_error, is what a new job would do: quarantine what was skipped, fail where a sample failed, and forget what was set aside', async () => {
    const lab = new Lab()
    lab.write('data/a.jsonl', '{"text":"one"}\n{"text":"bad\n')
    lab.write('data/b.jsonl', '{"text":"two"}\n')
    const run = (on_error: string) => lab.run({ ...manual(2), process: [atLeast(1)], on_error })
    const report = lab.path('jobs/job/quarantine/quarantine.jsonl')
    await run('skip')
    expect(existsSync(report)).toBe(false)
    const quarantined = await run('quarantine')
    expect(quarantined.units).toBe(1)
    expect(readFileSync(report, 'utf8').split('\n')).toHaveLength(2)
    const failed = await run('fail')
    expect(failed.error?.message).toContain('on_error is "fail"')
    expect(failed.start).toContain('on_error changed quarantine → fail')
    const skipped = await run('skip')
    expect(skipped.error).toBeUndefined()
    expect(skipped.units).toBe(0)
    expect(existsSync(report)).toBe(false)
  })
})

describe('an export', () => {
  it('that another job put there meanwhile is not moved aside', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['one', 'two'])
    lab.write(
      'op.mjs',
      operator(
        'writing_mapper',
        `require('node:fs').writeFileSync(${JSON.stringify(lab.path('out/result.jsonl'))}, 'theirs')`,
      ).replace(
        'import {',
        "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url.startsWith('file') ? import.meta.url : '/')\nimport {",
      ),
    )
    mkdirSync(lab.path('out'))
    const recipe = { np: 1, custom_operator_paths: lab.path('op.mjs'), process: ['writing_mapper'] }
    const { error } = await lab.run(recipe)
    expect(error?.message).toMatch(/export_path .*result\.jsonl was not written by the job .*while this job ran/)
    expect(lab.read('out/result.jsonl')).toBe('theirs')
    expect(lab.files('out')).toEqual(['result.jsonl'])
    rmSync(lab.path('out/result.jsonl'))
    const again = await lab.run(recipe)
    expect(again.units).toBe(0)
    expect(lab.texts()).toEqual(['one', 'two'])
  })

  it('at a place where this job exported before is still its own', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['one', 'two'])
    for (const [min, name] of [
      [1, 'a'],
      [1, 'b'],
      [4, 'a'],
      [4, 'b'],
    ] as const)
      expect((await lab.run({ process: [atLeast(min)], export_path: `out/${name}.jsonl` })).error).toBeUndefined()
    expect(lab.read('out/a.jsonl')).toBe('')
    expect(lab.files('out').sort()).toEqual(['a.jsonl', 'b.jsonl'])
  })

  it('that was edited is set aside, whether a file or a folder, and nothing of it is lost', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['one', 'two'])
    const recipe = { process: [atLeast(1)], export_path: 'out/shards', export_shard_size: 20 }
    await lab.run(recipe)
    const [shard] = lab.files('out/shards')
    lab.write(`out/shards/${shard}`, 'edited')
    lab.write('out/shards/notes.txt', 'mine')
    const { error, warnings } = await lab.run({ ...recipe, process: [atLeast(2)] })
    expect(error).toBeUndefined()
    expect(warnings.join()).toContain('it was moved to')
    const aside = lab.files('out').find(name => name.includes('.set-aside-')) as string
    expect(lab.read(`out/${aside}/${shard}`)).toBe('edited')
    expect(lab.read(`out/${aside}/notes.txt`)).toBe('mine')
    expect(lab.files('out/shards')).toHaveLength(2)
  })
})

describe('retention', () => {
  it('keeps checkpoints of failures that are there, lets go of those that are mended, and of what no record names', async () => {
    const lab = new Lab()
    lab.write('data/a.jsonl', '{"text":"one"}\n{"text":"bad\n')
    lab.write('data/b.jsonl', '{"text":"two"}\n')
    const recipe = {
      ...manual(2),
      process: [atLeast(1), atLeast(2)],
      checkpoint: { strategy: 'every_op' },
      intermediate_storage: { retention_policy: 'keep_failed_only' },
    }
    await lab.run(recipe)
    const first = lab.files('jobs/job/checkpoints')
    expect(first.every(name => name.startsWith('a-'))).toBe(true)
    expect(first.length).toBeGreaterThan(1)
    lab.write('jobs/job/checkpoints/a-0123456789ab.op1.0123456789.89abcdef.parquet', 'published, never committed')
    lab.write('jobs/job/checkpoints/a-0123456789ab.op1.0123456789.89abcdef.parquet.damaged-01234567', 'was damaged')
    lab.write('jobs/job/checkpoints/notes.txt', 'mine')
    lab.write('data/a.jsonl', '{"text":"one"}\n{"text":"mended"}\n')
    await lab.run(recipe)
    expect(lab.files('jobs/job/checkpoints')).toEqual(['notes.txt'])
    expect((await lab.run(recipe)).units).toBe(0)
  })

  it('collects what crashes left under keep_all, too, and only that', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['one', 'two'])
    await lab.run({ process: [atLeast(1), 'document_deduplicator'] })
    const kept = lab.files('jobs/job/checkpoints')
    lab.write('jobs/job/checkpoints/a-0123456789ab.op1.0123456789.89abcdef.jsonl', 'orphan')
    await lab.run({ process: [atLeast(1), 'document_deduplicator'] })
    expect(lab.files('jobs/job/checkpoints')).toEqual(kept)
  })
})

describe('a custom operator', () => {
  it('whose linked package was edited without a new version is run again', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['one'])
    const put = (word: string) =>
      lab.write('linked/index.js', `import { deep } from './deep.js'\nexport const word = deep\n`) ??
      lab.write('linked/deep.js', `export const deep = '${word}'\n`)
    lab.write('linked/package.json', '{"name":"linked","version":"1.0.0","type":"module","main":"index.js"}')
    put('before')
    mkdirSync(lab.path('node_modules'))
    symlinkSync(lab.path('linked'), lab.path('node_modules/linked'))
    lab.write(
      'op.mjs',
      operator('naming_mapper', 'sample.setText(textKey, word)').replace(
        'import {',
        "import { word } from 'linked'\nimport {",
      ),
    )
    const recipe = { custom_operator_paths: lab.path('op.mjs'), process: ['naming_mapper'] }
    await lab.run(recipe)
    expect(lab.texts()).toEqual(['before'])
    put('after')
    // A process loads a module once; another one, as the next run is, sees what it holds now.
    expect((await lab.run(recipe)).units).toBe(1)
  })

  it.each(['map', 'mapBatch', 'side by side'])(
    'that fails with a sample half changed leaves it in quarantine as it got it: %s',
    async way => {
      const lab = new Lab()
      lab.write('data/a.jsonl', '{"text":"bad one","n":12345678901234567890}\n{"text":"fine"}\n')
      const change =
        "sample.set('n', 0); sample.setText(textKey, 'half'); if (text.startsWith('bad')) throw new Error('no')"
      const source = operator('failing_mapper', change)
      const batch = source
        .replace('map(sample) {', 'mapBatch(samples) { return samples.map(sample => {')
        .replace('} }) })', '}) } }) })')
      lab.write(
        'op.mjs',
        way === 'map'
          ? source
          : way === 'mapBatch'
            ? batch
            : source.replace('map(sample)', 'concurrency: 2, async map(sample)'),
      )
      const { error } = await lab.run({
        custom_operator_paths: lab.path('op.mjs'),
        process: ['clean_email_mapper', 'failing_mapper'],
      })
      expect(error).toBeUndefined()
      const entry = JSON.parse(lab.read('jobs/job/quarantine/quarantine.jsonl')) as { sample: string }
      expect(entry.sample).toBe('{"text":"bad one","n":12345678901234567890}')
      cpSync(lab.path('out'), lab.path('kept'), { recursive: true })
      expect(lab.texts()).toEqual(['half'])
    },
  )
})

describe('an input that lies among the places of a job', () => {
  const rows = '{"text":"one"}\n'
  it.each([
    ['a pattern finds the job', { dataset_path: 'data/**/*.jsonl', work_dir: 'data/jobs' }],
    ['a pattern finds the logs', { dataset_path: 'data/**/e*.jsonl', event_log_dir: 'data/logs' }],
    ['a folder holds checkpoints', { checkpoint_dir: 'data/checkpoints' }],
    ['a folder holds copies', { partition_dir: 'data/p' }],
    ['a link leads into the input', { work_dir: 'linked' }],
    ['a pattern finds the export', { dataset_path: 'data/**', export_path: 'data/out.jsonl' }],
    ['the export lies in the checkpoints', { export_path: 'jobs/job/checkpoints/out.jsonl' }],
    ['the export is a file of the job', { export_path: 'jobs/job/job_summary.json' }],
    ['the export holds the job', { export_path: 'jobs' }],
    ['checkpoints and copies share a folder', { checkpoint_dir: 'x', partition_dir: 'x' }],
    ['checkpoints lie among the metadata', { checkpoint_dir: 'jobs/job/metadata' }],
  ])('is refused before anything is made: %s', async (_, recipe) => {
    const lab = new Lab()
    lab.write('data/a.jsonl', rows)
    lab.write('data/e.jsonl', rows)
    symlinkSync(lab.path('data'), lab.path('linked'))
    const { error } = await lab.run(recipe)
    expect(error?.name).toBe('RecipeError')
    expect(existsSync(lab.path('jobs'))).toBe(false)
    expect(lab.files('data')).toEqual(['a.jsonl', 'e.jsonl'])
  })

  it('is no matter where the pattern does not reach what the job writes', async () => {
    const lab = new Lab()
    lab.write('data/raw/a.jsonl', rows)
    const recipe = { dataset_path: 'data/raw/*.jsonl', work_dir: 'data/jobs', export_path: 'data/out.jsonl' }
    for (let n = 0; n < 2; n++) expect((await lab.run(recipe)).error).toBeUndefined()
    expect(lab.read('data/out.jsonl')).toBe(rows)
    writeFileSync(lab.path('data/raw/b.jsonl'), gzipSync('').subarray(0, 0))
  })
})

describe('a point before a deduplicator', () => {
  const lines = ['{"text":"one"}', '{"other":1}', '{"text":"two"}', '{"text":"one"}']

  it('is the same whether the deduplicator is there or not, and holds all samples where it is not', async () => {
    const lab = new Lab()
    lab.write('data/a.jsonl', `${lines.join('\n')}\n`)
    const run = async (process: unknown[]) => {
      const { error } = await lab.run({ ...manual(1), process, checkpoint: { strategy: 'every_op' } })
      expect(error).toBeUndefined()
      return lab.read('out/result.jsonl').split('\n').length - 1
    }
    expect(await run(['document_deduplicator'])).toBe(2)
    expect(await run([])).toBe(4)
    expect(await run(['document_deduplicator'])).toBe(2)
    expect(await run([])).toBe(4)
  })
})

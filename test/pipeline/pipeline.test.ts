import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { PipelineOptions } from '../../src/index.js'
import { drawing } from '../drawn.js'
import { PipelineRig, pawl } from './rig.js'

const {
  DocumentBatch,
  JsonlReader,
  JsonlWriter,
  ParquetReader,
  ParquetWriter,
  Pipeline,
  ScoreFilter,
  Stage,
  WordCountFilter,
} = pawl

interface Shape {
  readonly minWords?: number
  readonly reader?: Record<string, unknown>
  readonly writer?: Record<string, unknown>
}

/** Reads `input/`, keeps documents of some words, writes `output/`. */
function curate(rig: PipelineRig, { minWords = 3, reader = {}, writer = {} }: Shape = {}) {
  return new Pipeline({ name: 'curate' })
    .addStage(new JsonlReader({ filePaths: rig.path('input'), ...reader }))
    .addStage(new ScoreFilter(new WordCountFilter({ minWords })))
    .addStage(new JsonlWriter({ path: rig.path('output'), ...writer }))
}

const run = (rig: PipelineRig, pipeline = curate(rig), options: PipelineOptions = {}) =>
  pipeline.run({ checkpointPath: rig.path('state'), workers: 2, ...options })

/** A stage in a module of its own, which notes each task it gets in `calls.txt`. */
const noting = (rig: PipelineRig, body = 'return batch') => `
import { appendFileSync, existsSync } from 'node:fs'
import { defineStage, DocumentBatch, FailedTask, z } from 'pawl'
export const Noting = defineStage({
  module: import.meta.url, name: 'Noting', options: { label: z.string().default('x') },
  takes: ['DocumentBatch'], gives: ['DocumentBatch'],
  create: ({ label }) => ({
    process(batch, context) {
      appendFileSync('${rig.path('calls.txt')}', context.source.name + '\\n')
      ${body}
    },
  }),
})
`

/** The module's stage between the reader and the writer. */
async function withNoting(rig: PipelineRig, body?: string, settings: Record<string, unknown> = {}) {
  const path = rig.write(`noting-${Math.random().toString(36).slice(2)}.mjs`, noting(rig, body))
  // The same file name for the same pipeline: what a stage is follows from its module.
  const { Noting } = (await import(pathToFileURL(path).href)) as { Noting: new () => InstanceType<typeof Stage> }
  return (shape: Shape = {}) =>
    new Pipeline({ name: 'noting' })
      .addStage(new JsonlReader({ filePaths: rig.path('input'), ...shape.reader }))
      .addStage(new Noting().with(settings) as never)
      .addStage(new JsonlWriter({ path: rig.path('output'), ...shape.writer }) as never)
}

function threeFiles(): PipelineRig {
  const rig = new PipelineRig()
  for (const name of ['a', 'b', 'sub/c']) rig.writeDocuments(`input/${name}.jsonl`, 6, name)
  return rig
}

const itDrawn = drawing(2)

describe('a pipeline', () => {
  it('writes each source under its own name, and a second run does nothing', async () => {
    const rig = threeFiles()
    expect(await run(rig)).toMatchObject({ complete: 3, failed: 0, pending: 0, wasComplete: false })
    expect(Object.keys(rig.read('output'))).toEqual(['a.jsonl', 'b.jsonl', 'sub/c.jsonl'])
    expect(rig.ids('output/sub/c.jsonl')).toEqual(['sub/c-2', 'sub/c-3', 'sub/c-4', 'sub/c-5'])
    const before = rig.read('output')
    expect(await run(rig)).toMatchObject({ complete: 3, failed: 0, wasComplete: true })
    expect(rig.read('output')).toEqual(before)
  })

  it('without checkpointPath keeps its state beside the output, and takes it away once all is done', async () => {
    const rig = threeFiles()
    expect(await curate(rig).run({ workers: 2 })).toMatchObject({ complete: 3, checkpointPath: undefined })
    expect(readdirSync(rig.folder).sort()).toEqual(['input', 'node_modules', 'output'])
    // The files are there: in mode `ignore` their sources are skipped.
    expect(await curate(rig).run({ workers: 2 })).toMatchObject({ complete: 3, failed: 0 })
  })

  it('refuses stages that cannot be gone on with, by name and before any work', async () => {
    const rig = threeFiles()
    const make = await withNoting(rig, undefined, { isResumable: false })
    await expect(make().run({ checkpointPath: rig.path('state') })).rejects.toThrow(
      'Noting cannot (isResumable: false)',
    )
    expect(existsSync(rig.path('state'))).toBe(false)
    expect(await make().run({ workers: 1 })).toMatchObject({ complete: 3 })
  })

  it('refuses stages that do not fit, unknown options and folders of others', async () => {
    const rig = threeFiles()
    expect(() => curate(rig).addStage(new pawl.JsonlReaderStage() as never)).toThrow(
      'JsonlReaderStage takes FileGroupTask, and JsonlWriter before it gives DocumentBatch',
    )
    expect(() => new JsonlReader({ filePaths: 'x', filesPerPartitoin: 3 } as never)).toThrow('JsonlReader')
    await expect(curate(rig).run({ checkpoint: 'x' } as never)).rejects.toThrow('run has no option checkpoint')
    rig.write('mine/notes.txt', 'mine')
    await expect(run(rig, curate(rig), { checkpointPath: rig.path('mine') })).rejects.toThrow('holds notes.txt')
    expect(rig.read('mine')).toEqual({ 'notes.txt': 'mine' })
  })

  it('does not read its own output', async () => {
    const rig = threeFiles()
    const own = (path: string) => curate(rig, { writer: { path: rig.path(path) } })
    expect(await own('input/done').run({ checkpointPath: rig.path('state') })).toMatchObject({ complete: 3 })
    await expect(own('input/done').run({ checkpointPath: rig.path('state') })).rejects.toThrow(
      'would read its own output',
    )
  })

  it('puts places that hold no document in quarantine, and loses nothing else', async () => {
    const rig = threeFiles()
    appendFileSync(rig.path('input/a.jsonl'), 'no json\n')
    expect(await run(rig)).toMatchObject({ complete: 3, failed: 0 })
    const [part] = Object.values(rig.read('state/quarantine'))
    expect(JSON.parse(part)).toMatchObject({
      operator: 'JsonlReaderStage',
      code: 'not_json',
      file: rig.path('input/a.jsonl'),
      line: 7,
    })
    expect(rig.ids('output/a.jsonl')).toHaveLength(4)
  })

  it('writes and reads Parquet', async () => {
    const rig = threeFiles()
    const there = new Pipeline({ name: 'there' })
      .addStage(new JsonlReader({ filePaths: rig.path('input') }))
      .addStage(new ParquetWriter({ path: rig.path('tables') }))
    expect(await there.run({ workers: 1 })).toMatchObject({ complete: 3 })
    const back = new Pipeline({ name: 'back' })
      .addStage(new ParquetReader({ filePaths: rig.path('tables'), fields: ['id'] }))
      .addStage(new JsonlWriter({ path: rig.path('back') }))
    expect(await back.run({ workers: 1 })).toMatchObject({ complete: 3 })
    expect(rig.ids('back/sub/c.jsonl')).toEqual(rig.ids('input/sub/c.jsonl'))
  })

  it('an empty source has an empty output', async () => {
    const rig = threeFiles()
    rig.write('input/empty.jsonl', '')
    expect(await run(rig, curate(rig, { minWords: 99 }))).toMatchObject({ complete: 4 })
    expect(rig.read('output')).toEqual({ 'a.jsonl': '', 'b.jsonl': '', 'empty.jsonl': '', 'sub/c.jsonl': '' })
    expect(await run(rig, curate(rig, { minWords: 99 }))).toMatchObject({ wasComplete: true })
  })
})

describe('sources', () => {
  itDrawn(
    'a file added in front, removed in the middle, renamed: only what is new is run, and what is gone goes',
    async () => {
      const rig = threeFiles()
      const make = await withNoting(rig)
      await run(rig, make())
      rmSync(rig.path('calls.txt'))
      rig.writeDocuments('input/0.jsonl', 2)
      expect(await run(rig, make())).toMatchObject({ complete: 4 })
      expect(rig.lines('calls.txt')).toEqual(['0'])
      rmSync(rig.path('input/b.jsonl'))
      renameSync(rig.path('input/a.jsonl'), rig.path('input/z.jsonl'))
      rmSync(rig.path('calls.txt'))
      const removed: string[] = []
      await run(rig, make(), { onEvent: event => event.event_type === 'output_removed' && removed.push(event.path) })
      expect(rig.lines('calls.txt')).toEqual(['z'])
      expect(Object.keys(rig.read('output'))).toEqual(['0.jsonl', 'sub/c.jsonl', 'z.jsonl'])
      expect(removed.sort()).toEqual([rig.path('output/a.jsonl'), rig.path('output/b.jsonl')])
    },
  )

  itDrawn('the same path twice and two equal files are sources of their own', async () => {
    const rig = threeFiles()
    rig.write('input/b.jsonl', readFileSync(rig.path('input/a.jsonl')))
    const paths = ['input/a.jsonl', 'input/a.jsonl', 'input/b.jsonl'].map(path => rig.path(path))
    expect(await run(rig, curate(rig, { reader: { filePaths: paths } }))).toMatchObject({ complete: 3 })
    expect(Object.values(rig.read('output')).map(text => text.split('\n').length)).toEqual([5, 5, 5])
  })

  itDrawn('groups stay together whatever files come and go', async () => {
    const rig = new PipelineRig()
    for (let n = 0; n < 6; n++) rig.writeDocuments(`input/part-${n}.jsonl`, 4)
    const make = await withNoting(rig)
    const grouped = { reader: { filesPerPartition: 2 } }
    await run(rig, make(grouped))
    expect(rig.lines('calls.txt')).toHaveLength(6)
    rmSync(rig.path('calls.txt'))
    for (const name of ['aa', 'part-00', 'zz']) rig.writeDocuments(`input/${name}.jsonl`, 4)
    await run(rig, make(grouped))
    // Three new files make two new groups.
    expect(new Set(rig.lines('calls.txt')).size).toBe(2)
    rmSync(rig.path('calls.txt'))
    rmSync(rig.path('input/part-3.jsonl'))
    await run(rig, make(grouped))
    expect(rig.lines('calls.txt')).toHaveLength(1)
  })

  itDrawn('a touched file is read off, and not run again; one that changed is', async () => {
    const rig = threeFiles()
    const make = await withNoting(rig)
    await run(rig, make())
    rmSync(rig.path('calls.txt'))
    writeFileSync(rig.path('input/a.jsonl'), readFileSync(rig.path('input/a.jsonl')))
    rig.writeDocuments('input/b.jsonl', 7, 'b')
    await run(rig, make())
    expect(rig.lines('calls.txt')).toEqual(['b'])
    expect(rig.ids('output/b.jsonl')).toHaveLength(7)
  })

  itDrawn('one long file is many sources, by bytes and by lines, also compressed', async () => {
    const rig = new PipelineRig()
    rig.writeDocuments('input/long.jsonl', 30)
    const text = readFileSync(rig.path('input/long.jsonl'))
    const byBytes = curate(rig, { minWords: 1, reader: { bytesPerSource: 500 } })
    const { complete } = await run(rig, byBytes)
    expect(complete).toBeGreaterThan(3)
    const names = Object.keys(rig.read('output')).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    expect(names.flatMap(name => rig.ids(`output/${name}`))).toEqual(rig.ids('input/long.jsonl'))
    // What the file grows by is new; what was there stays.
    const calls: string[] = []
    appendFileSync(rig.path('input/long.jsonl'), `${JSON.stringify({ id: 'more', text: 'more' })}\n`)
    const grown = await run(rig, byBytes, {
      onEvent: event => event.event_type === 'partition_complete' && calls.push(event.partition),
    })
    expect(grown.complete).toBe(complete + 1)
    expect(calls).toHaveLength(1)

    const other = new PipelineRig()
    other.write('input/long.jsonl.gz', gzipSync(text))
    expect(await run(other, curate(other, { minWords: 1, reader: { linesPerSource: 7 } }))).toMatchObject({
      complete: 5,
    })
    const ranges = Object.keys(other.read('output')).sort()
    expect(ranges).toEqual(['long-1.jsonl', 'long-2.jsonl', 'long-3.jsonl', 'long-4.jsonl', 'long-5.jsonl'])
    expect(ranges.flatMap(name => other.ids(`output/${name}`))).toEqual(rig.ids('input/long.jsonl').slice(0, 30))
  })

  itDrawn('initial tasks are the sources where no stage gives them', async () => {
    const rig = new PipelineRig()
    const pipeline = new Pipeline({ name: 'given' }).addStage(new JsonlWriter({ path: rig.path('output') }) as never)
    const initialTasks = [1, 2].map(n => new DocumentBatch([{ id: `d${n}`, text: 'x' }]))
    expect(await pipeline.run({ checkpointPath: rig.path('state'), initialTasks, workers: 1 })).toMatchObject({
      complete: 2,
    })
    expect(Object.keys(rig.read('output'))).toHaveLength(2)
    expect(await pipeline.run({ checkpointPath: rig.path('state'), initialTasks, workers: 1 })).toMatchObject({
      wasComplete: true,
    })
  })
})

describe('edits', () => {
  itDrawn('a changed option redoes the sources, and an old name that nobody gives any more goes', async () => {
    const rig = threeFiles()
    await run(rig)
    expect(await run(rig, curate(rig, { minWords: 5 }))).toMatchObject({ wasComplete: false, complete: 3 })
    expect(rig.ids('output/a.jsonl')).toEqual(['a-4', 'a-5'])
    const moved = await run(rig, curate(rig, { minWords: 5, writer: { path: rig.path('elsewhere') } }))
    expect(moved.complete).toBe(3)
    expect(rig.read('output')).toEqual({})
    expect(Object.keys(rig.read('elsewhere'))).toHaveLength(3)
  })

  itDrawn('an edit behind a stage with its own workers begins at what that stage handed on', async () => {
    const rig = threeFiles()
    const path = rig.write('noting.mjs', noting(rig))
    const { Noting } = (await import(pathToFileURL(path).href)) as { Noting: new () => InstanceType<typeof Stage> }
    const make = (minWords: number) =>
      new Pipeline({ name: 'pools' })
        .addStage(new JsonlReader({ filePaths: rig.path('input') }))
        .addStage(new Noting().with({ workers: 1 }) as never)
        .addStage(new ScoreFilter(new WordCountFilter({ minWords })) as never)
        .addStage(new JsonlWriter({ path: rig.path('output') }) as never)
    await run(rig, make(1))
    expect(rig.lines('calls.txt').sort()).toEqual(['a', 'b', 'sub/c'])
    await run(rig, make(4))
    expect(rig.lines('calls.txt')).toHaveLength(3)
    expect(rig.ids('output/b.jsonl')).toEqual(['b-3', 'b-4', 'b-5'])
    // A spool that was damaged is made again.
    for (const name of readdirSync(rig.path('state/checkpoints')))
      appendFileSync(rig.path('state/checkpoints', name), 'x')
    await run(rig, make(5))
    expect(rig.ids('output/b.jsonl')).toEqual(['b-4', 'b-5'])
    expect(rig.lines('calls.txt').length).toBeGreaterThan(3)
  })

  itDrawn('an output that was lost is made again', async () => {
    const rig = threeFiles()
    await run(rig)
    const before = rig.read('output')
    rmSync(rig.path('output/b.jsonl'))
    expect(await run(rig)).toMatchObject({ wasComplete: false, complete: 3 })
    expect(rig.read('output')).toEqual(before)
  })
})

describe('modes', () => {
  const foreign = '{"id":"theirs"}\n'

  it.each(['ignore', 'error', 'overwrite', 'append'] as const)(
    '%s: on the first run and on the second alike, and a foreign file is never lost',
    async mode => {
      const rig = threeFiles()
      rig.write('output/b.jsonl', foreign)
      rig.write('output/other.txt', 'theirs')
      const pipeline = curate(rig, { writer: { mode } })
      if (mode === 'error') {
        await expect(run(rig, pipeline)).rejects.toThrow('which this pipeline did not write')
        rmSync(rig.path('output'), { recursive: true })
      }
      for (const _ of [1, 2]) expect(await run(rig, pipeline)).toMatchObject({ complete: 3, failed: 0 })
      const files = rig.read('output')
      const names = Object.keys(files)
      if (mode !== 'error') expect(files['other.txt']).toBe('theirs')
      if (mode === 'ignore') expect(files['b.jsonl']).toBe(foreign)
      if (mode === 'overwrite') {
        expect(rig.ids('output/b.jsonl')).toContain('b-3')
        expect(names.filter(name => name.startsWith('b.jsonl.set-aside-')).map(name => files[name])).toEqual([foreign])
      }
      if (mode === 'append') {
        expect(files['b.jsonl']).toBe(foreign)
        expect(names.filter(name => /^(a|b|sub\/c)\.[0-9a-f]{8}\.jsonl$/.test(name))).toHaveLength(3)
      }
    },
  )

  itDrawn('a file of ours that its user edited is the user’s', async () => {
    const rig = threeFiles()
    await run(rig)
    rig.write('output/a.jsonl', foreign)
    expect(await run(rig)).toMatchObject({ complete: 3 })
    expect(rig.read('output')['a.jsonl']).toBe(foreign)
    await run(rig, curate(rig, { writer: { mode: 'overwrite' } }))
    const files = rig.read('output')
    expect(rig.ids('output/a.jsonl')).toContain('a-3')
    expect(Object.keys(files).filter(name => files[name] === foreign)).toHaveLength(1)
  })
})

describe('failures', () => {
  itDrawn('a failed task keeps its source open, and that one alone is run again', async () => {
    const rig = threeFiles()
    const make = await withNoting(
      rig,
      `if (context.source.name === 'b' && !existsSync('${rig.path('mended')}')) throw new Error('no network'); return batch`,
    )
    const first = await run(rig, make())
    expect(first).toMatchObject({ complete: 2, failed: 1, pending: 0 })
    expect(first.failedSources[0]).toMatchObject({ name: 'b', attempts: 1, isRetried: true })
    expect(first.failedSources[0].failures[0]).toMatchObject({ stage: 'Noting', error: 'no network' })
    expect(first.failedSources[0].failures[0].stack).toContain('no network')
    expect(existsSync(rig.path('output/b.jsonl'))).toBe(false)
    const status = JSON.parse((await rig.cli('pipeline', 'status', 'state', '--json')).stdout)
    expect(status).toMatchObject({ total: 3, complete: 2, failed: 1, pending: 0 })
    rmSync(rig.path('calls.txt'))
    rig.write('mended', '')
    expect(await run(rig, make())).toMatchObject({ complete: 3, failed: 0 })
    expect(rig.lines('calls.txt')).toEqual(['b'])
  })

  itDrawn('what fails too often is left alone until it is asked for', async () => {
    const rig = threeFiles()
    const make = await withNoting(rig, `if (context.source.name === 'b') throw new Error('never'); return batch`)
    for (const attempts of [1, 2, 2]) {
      const { failedSources } = await run(rig, make(), { maxAttempts: 2 })
      expect(failedSources[0].attempts).toBe(attempts)
    }
    expect(rig.lines('calls.txt').filter(name => name === 'b')).toHaveLength(2)
    const { failedSources } = await run(rig, make(), { maxAttempts: 2, retryFailed: true })
    expect(failedSources[0]).toMatchObject({ attempts: 3, isRetried: true })
    expect(rig.lines('calls.txt').filter(name => name === 'b')).toHaveLength(3)
  })

  itDrawn('a damaged file fails alone, and says what it is', async () => {
    const rig = threeFiles()
    rig.write('input/bad.jsonl.gz', gzipSync(Buffer.alloc(100_000, 'x')).subarray(0, 60))
    const { complete, failedSources } = await run(rig)
    expect(complete).toBe(3)
    expect(failedSources[0].failures[0].error).toContain('bad.jsonl.gz')
  })

  itDrawn('a worker that dies is replaced; a source that kills workers fails alone', async () => {
    const rig = threeFiles()
    const make = await withNoting(
      rig,
      `if (context.source.name === 'b') process.kill(process.pid, 'SIGKILL'); return batch`,
    )
    const { complete, failedSources } = await run(rig, make(), { retryDelayS: 0.01 })
    expect(complete).toBe(2)
    expect(failedSources[0].failures[0].error).toContain('lost a worker')
  })

  itDrawn('a source stage that throws fails the run', async () => {
    class Listing extends Stage {
      override process(): never {
        throw new Error('no such bucket')
      }
    }
    const rig = new PipelineRig()
    const pipeline = new Pipeline({ name: 'x', stages: [new Listing() as never] })
    await expect(pipeline.run({ checkpointPath: rig.path('state') })).rejects.toThrow(
      'the source stage Listing failed: no such bucket',
    )
  })
})

describe('stages of one’s own', () => {
  itDrawn('one that is written in the script runs in its process, with one warning', async () => {
    const rig = threeFiles()
    const pids = new Set<number>()
    class Inline extends Stage {
      override process(batch: InstanceType<typeof DocumentBatch>) {
        pids.add(process.pid)
        return batch.withRows(batch.rows.map(row => ({ ...row, pid: process.pid })))
      }
    }
    const warnings: string[] = []
    const pipeline = new Pipeline({ name: 'inline' })
      .addStage(new JsonlReader({ filePaths: rig.path('input') }))
      .addStage(new Inline() as never)
      .addStage(new JsonlWriter({ path: rig.path('output') }) as never)
    expect(await run(rig, pipeline, { onWarning: message => warnings.push(message) })).toMatchObject({ complete: 3 })
    expect([...pids]).toEqual([process.pid])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('Inline is written in the script itself')
    expect(await run(rig, pipeline)).toMatchObject({ wasComplete: true })
  })

  itDrawn('are set up once a node and once a worker, and torn down', async () => {
    const rig = threeFiles()
    const path = rig.write(
      'stage.mjs',
      `
import { appendFileSync } from 'node:fs'
import { defineStage } from 'pawl'
const note = what => appendFileSync('${rig.path('calls.txt')}', what + '\\n')
export const Careful = defineStage({ module: import.meta.url, name: 'Careful', options: {}, create: () => ({
  setupOnNode: async () => { await new Promise(done => setTimeout(done, 200)); note('node') },
  setup: () => note('setup ' + process.pid),
  teardown: () => note('teardown ' + process.pid),
  process: batch => batch,
}) })`,
    )
    const { Careful } = (await import(pathToFileURL(path).href)) as { Careful: new () => InstanceType<typeof Stage> }
    const pipeline = new Pipeline({ name: 'careful' })
      .addStage(new JsonlReader({ filePaths: rig.path('input') }))
      .addStage(new Careful() as never)
      .addStage(new JsonlWriter({ path: rig.path('output') }) as never)
    await run(rig, pipeline)
    const calls = rig.lines('calls.txt')
    expect(calls.filter(call => call === 'node')).toHaveLength(1)
    const workers = new Set(calls.flatMap(call => /^setup (\d+)$/.exec(call)?.[1] ?? []))
    expect(calls.filter(call => call.startsWith('setup'))).toHaveLength(workers.size)
    expect(calls.filter(call => call.startsWith('teardown'))).toHaveLength(workers.size)
    expect(calls.indexOf('node')).toBe(0)
  })

  itDrawn('a script that defines its stages and runs them is loaded by workers without running it again', async () => {
    const rig = threeFiles()
    rig.write(
      'script.mjs',
      `
import { appendFileSync } from 'node:fs'
import { defineStage, JsonlReader, JsonlWriter, Pipeline } from 'pawl'
const Mark = defineStage({ module: import.meta.url, name: 'Mark', options: {}, create: () => ({
  process: batch => batch.withRows(batch.rows.map(row => ({ ...row, marked: true }))),
}) })
const outcome = await new Pipeline({ name: 'one script' })
  .addStage(new JsonlReader({ filePaths: 'input' })).addStage(new Mark()).addStage(new JsonlWriter({ path: 'output' }))
  .run({ checkpointPath: 'state', workers: 2 })
appendFileSync('ends.txt', 'end\\n')
console.log(JSON.stringify(outcome))`,
    )
    const ended = await rig.start('script.mjs').ended
    expect(ended.stderr).toBe('')
    expect(JSON.parse(ended.stdout)).toMatchObject({ complete: 3 })
    expect(rig.lines('ends.txt')).toEqual(['end'])
    expect(readFileSync(rig.path('output/a.jsonl'), 'utf8')).toContain('"marked":true')
  })

  itDrawn('write files of their own exactly once, under the source’s name', async () => {
    const rig = threeFiles()
    const path = rig.write(
      'sink.mjs',
      `
import { defineStage, z } from 'pawl'
export const TextSink = defineStage({ module: import.meta.url, name: 'TextSink', options: { path: z.string() },
  output: ({ path }) => ({ folder: path, mode: 'error' }),
  create: () => ({ process: (batch, context) => {
    for (const row of batch.rows) { context.output('txt').write(row.id + '\\n'); context.output('2.txt').write(row.text.length + '\\n') }
    return null
  } }) })`,
    )
    const { TextSink } = (await import(pathToFileURL(path).href)) as {
      TextSink: new (options: unknown) => InstanceType<typeof Stage>
    }
    const pipeline = new Pipeline({ name: 'sink' })
      .addStage(new JsonlReader({ filePaths: rig.path('input') }))
      .addStage(new TextSink({ path: rig.path('texts') }) as never)
    await run(rig, pipeline)
    expect(Object.keys(rig.read('texts'))).toEqual(['a-2.txt', 'a.txt', 'b-2.txt', 'b.txt', 'sub/c-2.txt', 'sub/c.txt'])
    expect(rig.lines('texts/a.txt')).toEqual(['a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5'])
  })
})

describe('the stages that ship', () => {
  async function through(rows: readonly object[], ...stages: object[]) {
    const rig = new PipelineRig()
    rig.write('input/x.jsonl', rows.map(row => `${JSON.stringify(row)}\n`).join(''))
    const pipeline = new Pipeline({ name: 'stages' }).addStage(new JsonlReader({ filePaths: rig.path('input') }))
    for (const stage of stages) pipeline.addStage(stage as never)
    pipeline.addStage(new JsonlWriter({ path: rig.path('output') }) as never)
    const outcome = await pipeline.run({ checkpointPath: rig.path('state'), workers: 1 })
    expect(outcome).toMatchObject({ complete: 1, failed: 0 })
    return {
      rows: rig.lines('output/x.jsonl').map(line => JSON.parse(line)),
      quarantine: Object.values(rig.read('state/quarantine')).join(''),
    }
  }

  itDrawn('Score, FilterByScore, Modify, AddId', async () => {
    const path = new PipelineRig().write(
      'parts.mjs',
      `
import { defineDocumentFilter, defineDocumentModifier, z } from 'pawl'
export const Length = defineDocumentFilter({ module: import.meta.url, name: 'Length', options: { least: z.number() },
  create: ({ least }) => ({ scoreDocument: text => text.length, keepDocument: score => score >= least }) })
export const Upper = defineDocumentModifier({ module: import.meta.url, name: 'Upper', options: {}, create: () => ({ modifyDocument: text => text.toUpperCase() }) })`,
    )
    const { Length, Upper } = (await import(pathToFileURL(path).href)) as Record<
      string,
      new (
        options?: object,
      ) => never
    >
    const { rows, quarantine } = await through(
      [{ text: 'abc' }, { text: 'abcdef' }, { other: 1 }],
      new pawl.Score(new Length({ least: 4 }), { scoreField: 'length' }),
      new pawl.FilterByScore(new Length({ least: 4 }), { filterField: 'length' }),
      new pawl.Modify(new Upper()),
      new pawl.AddId({ idField: 'id', idPrefix: 'doc' }),
    )
    expect(rows).toEqual([{ text: 'ABCDEF', length: 6, id: expect.stringMatching(/^doc_[0-9a-f]{16}_0$/) }])
    expect(JSON.parse(quarantine)).toMatchObject({ operator: 'Score', sample: '{"other":1}' })
  })

  itDrawn('DocumentSplitter and DocumentJoiner undo each other', async () => {
    const documents = [
      { id: 'x', text: 'one\n\ntwo\n\nthree' },
      { id: 'y', text: 'alone' },
    ]
    const split = await through(documents, new pawl.DocumentSplitter({ separator: '\n\n' }))
    expect(split.rows.map(row => [row.id, row.text, row.segment_id])).toEqual([
      ['x', 'one', 0],
      ['x', 'two', 1],
      ['x', 'three', 2],
      ['y', 'alone', 0],
    ])
    const joined = await through(
      documents,
      new pawl.DocumentSplitter({ separator: '\n\n' }),
      new pawl.DocumentJoiner({ separator: '\n\n' }),
    )
    expect(joined.rows).toEqual(documents)
  })

  itDrawn('OperatorStage runs operators as recipes do, and puts what they fail on in quarantine', async () => {
    const { rows, quarantine } = await through(
      [{ text: 'a mail to x@y.org, please' }, { text: 'short' }, { text: 5 }],
      new pawl.OperatorStage('clean_email_mapper'),
      new pawl.OperatorStage('text_length_filter', { min_len: 10 }),
    )
    expect(rows).toEqual([{ text: 'a mail to , please' }])
    expect(quarantine).toContain('{\\"text\\":5}')
    const rig = threeFiles()
    const wrong = (name: string, params = {}) =>
      run(
        rig,
        new Pipeline({ name: 'x' })
          .addStage(new JsonlReader({ filePaths: rig.path('input') }))
          .addStage(new pawl.OperatorStage(name, params)),
      )
    await expect(wrong('text_lenght_filter')).rejects.toThrow('did you mean "text_length_filter"?')
    await expect(wrong('text_length_filter', { min_len: 'x' })).rejects.toThrow('min_len')
  })
})

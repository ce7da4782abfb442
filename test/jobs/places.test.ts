import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { diffJobs } from '../../src/inspect/diff-jobs.js'
import { traceSample } from '../../src/inspect/trace-sample.js'
import type { WantedSample } from '../../src/inspect/trace-steps.js'
import { drawing } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(2)

const trace = (rig: JobRig, job: string, wanted: WantedSample) => traceSample(rig.path('jobs', job), wanted)
const byLine = (file: string, line: number): WantedSample => ({ kind: 'line', file, line })
const byId = (id: number): WantedSample => ({ kind: 'field', field: 'id', value: String(id) })
const diff = (rig: JobRig, a: string, b: string) =>
  diffJobs(rig.path('jobs', a), rig.path('jobs', b), { mostExamples: 3 })

const manual = (partitions: number) => ({ mode: 'manual', num_of_partitions: partitions })

itDrawn(
  'lines are those of the file also behind blank ones where it was cut: in traces and in the quarantine',
  async () => {
    const rig = new JobRig()
    const blanks = ['', '\n', ' \t\n\n', '\r\n']
    const lines = Array.from({ length: 80 }, (_, id) =>
      id % 16 === 9 ? `{"id": ${id}, broken\n` : `${JSON.stringify({ id, text: `sample ${id}` })}\n${blanks[id % 4]}`,
    )
    rig.write('data/a.jsonl', lines.join(''))
    const all = lines.join('').split('\n')
    const lineOf = (id: number) => all.findIndex(line => line.startsWith(`{"id":${id},`)) + 1
    for (const partitions of [1, 40]) {
      const id = `cut-${partitions}`
      const partition = manual(partitions)
      rig.recipe({ process: [], partition, max_quarantine_ratio: 1, job_id: id, export_path: `out/${id}.jsonl` })
      expect((await rig.runRecipe()).code).toBe(0)
      const setAside = rig
        .read('jobs', id, 'quarantine', 'quarantine.jsonl')
        .trim()
        .split('\n')
        .map(line => (JSON.parse(line) as { line: number }).line)
      expect(setAside).toEqual(all.flatMap((line, index) => (line.includes('broken') ? [index + 1] : [])))
    }
    for (const id of [0, 34, 79]) {
      const found = await trace(rig, 'cut-40', byLine(rig.path('data/a.jsonl'), lineOf(id)))
      expect(found).toMatchObject({ line: lineOf(id), before: { id } })
      expect(await trace(rig, 'cut-40', byId(id))).toMatchObject({ line: lineOf(id) })
    }
  },
)

const records = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: from + n, text: `${'word '.repeat(3 + (n % 5))}number ${n % 60}` }))

/** A job over cuttable files, one of row groups, and one that is read in pieces. */
async function manyFormats(): Promise<JobRig> {
  const rig = new JobRig()
  rig.writeLines('made/c.jsonl', records(1_000, 90))
  rig.recipe({ dataset_path: 'made', process: [], export_path: 'data/c.parquet', job_id: 'made' })
  expect((await rig.runRecipe()).code).toBe(0)
  rig.writeLines('data/a.jsonl', records(0, 120))
  const zipped = records(5_000, 12_000).map(record => `${JSON.stringify({ ...record, pad: 'x'.repeat(200) })}\n`)
  rig.write('data/b.jsonl.gz', gzipSync(zipped.join('')))
  return rig
}

itDrawn(
  'two jobs that cut the same input differently do not differ, and what an edit changes is told by its line',
  async () => {
    const rig = await manyFormats()
    const run = async (id: string, settings: Readonly<Record<string, unknown>>, minLength = 20) => {
      const process = [{ text_length_filter: { min_len: minLength } }, 'document_deduplicator']
      rig.recipe({ job_id: id, export_path: `out/${id}.jsonl`, process, ...settings })
      expect((await rig.runRecipe()).code).toBe(0)
    }
    await run('one', { partition: { mode: 'auto', target_size_mb: 1 } })
    await run('two', { partition: manual(7) })
    await run('strict', { partition: manual(4) }, 30)
    const kept = rig.exportedRows('one.jsonl').length
    const same = await diff(rig, 'one', 'two')
    expect(same).toMatchObject({ samplesA: kept, samplesB: kept, same: kept, changed: 0, onlyInA: 0, onlyInB: 0 })
    // Late in the file that is read in pieces: held against what was decided on its own piece.
    expect(await trace(rig, 'one', byId(16_999))).toMatchObject({
      file: rig.path('data/b.jsonl.gz'),
      line: 12_000,
      partition: expect.stringMatching(/\.000[1-9]$/),
      steps: [{ outcome: 'kept' }, { outcome: 'dropped' }],
    })
    const strict = await diff(rig, 'two', 'strict')
    const strictly = rig.exportedRows('strict.jsonl').length
    expect(strict).toMatchObject({ samplesB: strictly, same: strictly, onlyInA: kept - strictly, onlyInB: 0 })
    expect(strict.operators).toEqual([{ operator: 'text_length_filter', onlyInA: kept - strictly, onlyInB: 0 }])
    expect(strict.examples).toHaveLength(3)
    for (const { file, line } of strict.examples) {
      const found = await trace(rig, 'strict', byLine(file, line))
      expect(found.steps.at(-1)).toMatchObject({ operator: 'text_length_filter', outcome: 'dropped' })
    }
  },
)

itDrawn('samples that a mapper makes of one are told apart by which of them they are', async () => {
  const rig = new JobRig()
  rig.writeLines('data/a.jsonl', [
    { id: 1, text: 'aaaa bbbb cccc' },
    { id: 2, text: 'dddd' },
  ])
  for (const [id, chunk] of [
    ['five', 5],
    ['seven', 7],
  ]) {
    rig.recipe({ job_id: id, export_path: `out/${id}.jsonl`, process: [{ text_chunk_mapper: { max_len: chunk } }] })
    expect((await rig.runRecipe()).code).toBe(0)
  }
  const found = await diff(rig, 'five', 'seven')
  expect(found).toMatchObject({ samplesA: 4, samplesB: 3, same: 1, changed: 2, onlyInA: 1, onlyInB: 0 })
  expect(found.examples[0].fields?.['text']).toEqual(['aaaa ', 'aaaa bb'])
})

import { appendFileSync, rmSync, utimesSync } from 'node:fs'
import { beforeEach, describe, expect } from 'vitest'
import type { RecordedRecipe } from '../../src/engine/job-facts.js'
import { readOwnFile, writeOwnFile } from '../../src/state/own-file.js'
import { newWriter } from '../../src/util/staging.js'
import { drawing } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(5)

const process: unknown[] = [
  { clean_email_mapper: null },
  { text_length_filter: { min_len: 10 } },
  { alphanumeric_filter: { min_ratio: 0.1 } },
  { special_characters_filter: { max_ratio: 0.9 } },
]
const settings = {
  partition: { mode: 'manual', num_of_partitions: 6 },
  checkpoint: { strategy: 'every_op' },
  intermediate_storage: { format: 'jsonl', compression: 'none' },
}

function record(file: number, line: number): { id: string; text: string } {
  return { id: `${file}-${line}`, text: `${'word '.repeat((line % 9) + 1)}in file ${file} a${line}@b.org` }
}

function records(file: number, count = 90): { id: string; text: string }[] {
  return Array.from({ length: count }, (_, line) => record(file, line))
}

let rig: JobRig

/** What a fresh job over the same data and recipe exports. */
async function freshExport(recipe: Readonly<Record<string, unknown>>): Promise<string> {
  const fresh = new JobRig()
  fresh.recipe({ ...settings, process, dataset_path: rig.path('data'), ...recipe })
  expect((await fresh.runRecipe()).code).toBe(0)
  return fresh.read('out', 'result.jsonl')
}

/** Runs the job again, changed, and checks that the result is that of a fresh run. */
async function rerun(recipe: Readonly<Record<string, unknown>> = {}): Promise<{ sentence: string; units: number }> {
  rig.recipe({ ...settings, process, ...recipe })
  const ended = await rig.runRecipe()
  expect(ended.stderr).toBe('')
  expect(ended.code).toBe(0)
  expect(rig.read('out', 'result.jsonl')).toBe(await freshExport(recipe))
  return { sentence: rig.lastStart(), units: rig.unitsOfLastRun() }
}

beforeEach(async () => {
  rig = new JobRig()
  for (const file of [1, 2, 3]) rig.writeLines(`data/${file}.jsonl`, records(file))
  rig.recipe({ ...settings, process })
  expect((await rig.runRecipe()).code).toBe(0)
})

describe('a finished job run again', () => {
  itDrawn('reprocesses nothing, also under another np or other log settings', async () => {
    for (const change of [{}, { np: 1 }, { event_logging: { max_log_size_mb: 1 } }, { worker: { memory_mb: 500 } }]) {
      const { sentence, units } = await rerun(change)
      expect(units).toBe(0)
      expect(sentence).toBe('Resuming job: nothing changed; all 6 partitions are complete')
    }
  })

  itDrawn('goes on from the checkpoint before a changed parameter', async () => {
    const { sentence, units } = await rerun({
      process: [process[0], process[1], { alphanumeric_filter: { min_ratio: 0.8 } }, process[3]],
    })
    expect(sentence).toBe(
      'Resuming job: process[2].min_ratio changed 0.1 → 0.8; 6 partitions go on from the checkpoint after process[1] text_length_filter',
    )
    expect(units).toBe(12)
  })

  itDrawn('goes on from the end where an operator is added there', async () => {
    const { sentence, units } = await rerun({ process: [...process, { text_length_filter: { max_len: 30 } }] })
    expect(sentence).toBe(
      'Resuming job: process[4] text_length_filter added at the end; 6 partitions go on from the checkpoint after process[3] special_characters_filter',
    )
    expect(units).toBe(6)
  })

  itDrawn('needs no work at all where the last operator is removed', async () => {
    const { sentence, units } = await rerun({ process: process.slice(0, 3) })
    expect(sentence).toBe(
      'Resuming job: process[3] special_characters_filter removed from the end; 6 partitions finished before are reused',
    )
    expect(units).toBe(0)
  })

  itDrawn('starts over behind operators that changed places', async () => {
    const { sentence, units } = await rerun({ process: [process[0], process[2], process[1], process[3]] })
    expect(sentence).toBe(
      'Resuming job: operators reordered from process[1] on (text_length_filter → alphanumeric_filter); 6 partitions go on from the checkpoint after process[0] clean_email_mapper',
    )
    expect(units).toBe(18)
  })

  itDrawn('starts from the input where the text is another field', async () => {
    const { sentence } = await rerun({ text_keys: 'id' })
    expect(sentence).toBe('Resuming job: text_keys changed text → id; 6 partitions start from the input')
  })

  itDrawn('cuts the dataset anew where the partition settings changed', async () => {
    const { sentence } = await rerun({ partition: { mode: 'manual', num_of_partitions: 4 } })
    expect(sentence).toBe(
      'Resuming job: partition.num_of_partitions changed 6 → 4: the dataset is cut anew; 4 partitions start from the input',
    )
  })

  itDrawn('keeps checkpoints of another format', async () => {
    const { sentence, units } = await rerun({
      intermediate_storage: { format: 'parquet' },
      process: [...process.slice(0, 3), { special_characters_filter: { max_ratio: 0.2 } }],
    })
    expect(sentence).toContain(
      'intermediate_storage.compression changed none → snappy; intermediate_storage.format changed jsonl → parquet',
    )
    expect(sentence).toContain('6 partitions go on from the checkpoint after process[2]')
    expect(units).toBe(6)
  })

  itDrawn('keeps its work under another version of Pawl', async () => {
    const path = rig.path('jobs', 'job', 'metadata', 'recipe.json')
    const recorded = readOwnFile<RecordedRecipe>(path)
    if (recorded.kind !== 'read') throw new Error('the recipe was not recorded')
    const { facts } = recorded.content
    writeOwnFile(path, { ...recorded.content, facts: { ...facts, version: '0.0.9' } }, newWriter())
    const { sentence, units } = await rerun()
    expect(sentence).toMatch(/^Resuming job: Pawl 0\.0\.9 → [\d.]+ .*all 6 partitions are complete$/)
    expect(units).toBe(0)
  })
})

describe('a changed input', () => {
  itDrawn('that was only touched is read for its digest and reused', async () => {
    utimesSync(rig.path('data', '2.jsonl'), new Date(), new Date(1e12))
    const { sentence, units } = await rerun()
    expect(sentence).toContain('2.jsonl touched; all 6 partitions are complete')
    expect(units).toBe(0)
  })

  itDrawn('redoes only the partitions of a file that grew', async () => {
    appendFileSync(rig.path('data', '3.jsonl'), `${JSON.stringify(record(3, 90))}\n`)
    rig.recipe({ ...settings, process })
    expect((await rig.runRecipe()).code).toBe(0)
    expect(rig.unitsOfLastRun()).toBe(4)
    expect(rig.exportedRows().at(-1)).toMatchObject({ id: '3-90' })
  })

  itDrawn('redoes only the partitions of a file that shrank', async () => {
    rig.writeLines('data/1.jsonl', records(1, 80))
    rig.recipe({ ...settings, process })
    expect((await rig.runRecipe()).code).toBe(0)
    expect(rig.unitsOfLastRun()).toBe(4)
    expect(rig.exportedRows().filter(row => (row as { id: string }).id.startsWith('1-'))).toHaveLength(80)
  })

  itDrawn('takes in a new file where its name belongs, and redoes no other', async () => {
    rig.writeLines('data/2b.jsonl', records(9))
    rig.recipe({ ...settings, process })
    expect((await rig.runRecipe()).code).toBe(0)
    const ids = rig.exportedRows().map(row => (row as { id: string }).id)
    expect(ids.filter(id => id.endsWith('-0'))).toEqual(['1-0', '2-0', '9-0', '3-0'])
    expect(rig.unitsOfLastRun()).toBeLessThanOrEqual(12)
    expect(rig.lastStart()).toContain('2b.jsonl added')
  })

  itDrawn('leaves out a file that is gone', async () => {
    rmSync(rig.path('data', '2.jsonl'))
    rig.recipe({ ...settings, process })
    expect((await rig.runRecipe()).code).toBe(0)
    expect(rig.exportedRows().some(row => (row as { id: string }).id.startsWith('2-'))).toBe(false)
    expect(rig.lastStart()).toContain('2.jsonl removed')
  })
})

describe('a barrier', () => {
  const withBarrier = [process[0], { document_deduplicator: null }, process[1]]

  itDrawn('is resolved again for a new file, and only what it decided otherwise is redone behind it', async () => {
    rig.recipe({ ...settings, process: withBarrier })
    expect((await rig.runRecipe()).code).toBe(0)
    const before = rig.exportedRows().length
    rig.writeLines('data/4.jsonl', [
      record(1, 0),
      record(4, 1),
      { id: 'unique', text: 'this is in no other file at all' },
    ])
    expect((await rig.runRecipe()).code).toBe(0)
    const added = rig.exportedRows().length - before
    expect(added).toBe(2)
    expect(rig.exportedRows().at(-1)).toMatchObject({ id: 'unique' })
    expect(rig.unitsOfLastRun()).toBeLessThanOrEqual(3)
  })
})

describe('a word list', () => {
  const withList = (rig: JobRig) => [
    process[0],
    { flagged_words_filter: { flagged_words_dir: rig.path('lists'), lang: 'en', max_ratio: 0.05 } },
    process[1],
  ]
  const writeList = (lists: Readonly<Record<string, readonly string[]>>) =>
    rig.write('lists/flagged_words.json', JSON.stringify(lists))

  beforeEach(async () => {
    writeList({ en: ['nothing'], de: ['nichts'] })
    await rerun({ process: withList(rig) })
  })

  itDrawn('that was edited redoes what lies behind its filter', async () => {
    const before = rig.read('out', 'result.jsonl')
    writeList({ en: ['nothing', 'word'], de: ['nichts'] })
    const { sentence, units } = await rerun({ process: withList(rig) })
    expect(sentence).toBe(
      'Resuming job: process[1] flagged_words_filter: what it reads beside the samples changed, such as word lists; ' +
        '6 partitions go on from the checkpoint after process[0] clean_email_mapper',
    )
    expect(units).toBe(12)
    expect(rig.read('out', 'result.jsonl').length).toBeLessThan(before.length)
  })

  itDrawn('of another language redoes nothing', async () => {
    writeList({ en: ['nothing'], de: ['nichts', 'wort'] })
    expect(await rerun({ process: withList(rig) })).toMatchObject({ units: 0 })
  })

  itDrawn('that changes while the job runs stops it, and the next run goes by the new list', async () => {
    const list = JSON.stringify(rig.path('lists', 'flagged_words.json'))
    rig.write(
      'ops.ts',
      `import { defineMapper } from 'pawl'
       import { existsSync, writeFileSync } from 'node:fs'
       export default defineMapper({ name: 'editing_mapper', summary: 'Edits the list once.', params: {}, create: () => ({
         map() { if (!existsSync(${list} + '.done')) { writeFileSync(${list}, '{"en":["word"]}'); writeFileSync(${list} + '.done', '') } },
       }) })`,
    )
    const edited = { custom_operator_paths: [rig.path('ops.ts')], process: ['editing_mapper', ...withList(rig)], np: 1 }
    rig.recipe({ ...settings, ...edited })
    const stopped = await rig.runRecipe()
    expect(stopped.code).toBe(1)
    expect(stopped.stderr).toContain(
      'what flagged_words_filter reads beside the samples changed while the job was running',
    )
    await rerun(edited)
  })
})

describe('another seed', () => {
  const drawing = `import { defineFilter } from 'pawl'
    export default defineFilter({ name: 'drawing_filter', summary: 'Draws.', params: {}, stats: ['drawn'], create: (_, { seed }) => ({
      computeStats(sample) { sample.stats.drawn = (sample.origin.ordinal * 7919 + seed * 104729) % 10 },
      keep: sample => sample.stats.drawn < 5,
    }) })`

  itDrawn('redoes operators that may draw from it, and no others', async () => {
    rig.write('ops.ts', drawing)
    const drawn = { custom_operator_paths: [rig.path('ops.ts')], process: [process[0], 'drawing_filter', process[1]] }
    await rerun(drawn)
    const { sentence, units } = await rerun({ ...drawn, seed: 7 })
    expect(sentence).toBe(
      'Resuming job: seed changed 42 → 7; 6 partitions go on from the checkpoint after process[0] clean_email_mapper',
    )
    expect(units).toBe(12)
    await rerun({ process })
    expect(await rerun({ process, seed: 8 })).toMatchObject({ units: 0 })
  })
})

describe('partitions that hold the same', () => {
  itDrawn('are told apart, under every strategy and on the way to a deduplicator', async () => {
    const same = Array.from({ length: 60 }, () => record(1, 1))
    for (const file of [1, 2, 3]) rig.writeLines(`data/${file}.jsonl`, same)
    for (const strategy of ['every_op', 'disabled']) {
      await rerun({ checkpoint: { strategy } })
      expect(rig.read('out', 'result.jsonl').trimEnd().split('\n')).toHaveLength(180)
    }
    await rerun({ process: [...process, 'document_deduplicator'] })
    expect(rig.read('out', 'result.jsonl').trimEnd().split('\n')).toHaveLength(1)
  })
})

import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { progressLine, progressLines } from '../../src/cli/progress-lines.js'
import { reportAsJson, reportAsTable } from '../../src/cli/report.js'
import { isColoured, isRedrawable, showsUnicode } from '../../src/cli/terminal.js'
import { type Counts, noCounts } from '../../src/core/records.js'
import { speedOf } from '../../src/core/speed.js'
import type { OperatorUse } from '../../src/core/work-unit.js'
import { JobTally } from '../../src/engine/job-tally.js'
import type { Progress } from '../../src/engine/progress.js'
import type { RunReport } from '../../src/engine/run-report.js'
import { planOperators } from '../../src/planning/reaches.js'
import { formatBytes } from '../../src/util/format.js'
import { JobRig } from '../rig-job.js'

const bar = ['█', '░'] as const
const progress: Progress = {
  ...{ phase: 'reading', share: 0.42, reusedShare: 0.23, partitionsDone: 3, partitionsTotal: 8 },
  ...{ samplesIn: 3000, kept: 2345, quarantined: 2, processedBytes: 5e6, bytesPerSecond: 13_100_000 },
  dropped: [
    { operator: 'text_length_filter', samples: 101 },
    { operator: 'alphanumeric_filter', samples: 38 },
  ],
  ...{ elapsedMs: 60_000, leftMs: 80_000, memoryBytes: 310e6 },
}

describe('progress on a terminal', () => {
  it('says in three lines how far, how fast, and what became of the samples', () => {
    expect(progressLines(progress, 79, bar)).toEqual([
      '████████████░░░░░░░░░░░░░░░░░░  42 %  1 min 20 s left  23 % from earlier runs',
      'reading, 3/8 partitions, 13.1 MB/s, memory 310 MB',
      'kept 2,345, dropped 101 text_length, 38 alphanumeric, quarantined 2',
    ])
  })

  it('shrinks with the width, and leaves out what matters least', () => {
    expect(progressLines(progress, 59, bar)).toEqual([
      '█████░░░░░░░  42 %  1 min 20 s left  23 % from earlier runs',
      'reading, 3/8 partitions, 13.1 MB/s, memory 310 MB',
      'kept 2,345, dropped 101 text_length, quarantined 2',
    ])
    expect(progressLines(progress, 24, bar)).toEqual([
      ' 42 %  1 min 20 s left',
      'reading, 3/8 partitions',
      'kept 2,345, quarantined 2'.slice(0, 10),
    ])
  })

  it('never fills a line to its end, at any width, whatever the numbers', () => {
    const any = fc.record({
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      reusedShare: fc.double({ min: 0, max: 1, noNaN: true }),
      leftMs: fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined }),
      kept: fc.integer({ min: 0, max: 1e12 }),
      bytesPerSecond: fc.integer({ min: 0, max: 1e12 }),
    })
    fc.assert(
      fc.property(any, fc.integer({ min: 5, max: 200 }), (changes, columns) => {
        for (const line of progressLines({ ...progress, ...changes }, columns, bar))
          expect(line.length).toBeLessThanOrEqual(columns)
      }),
    )
  })

  it('is one line elsewhere', () => {
    expect(progressLine(progress)).toBe(
      '42 %, 1 min 20 s left, 23 % from earlier runs, reading, 3/8 partitions, 13.1 MB/s, memory 310 MB, kept 2,345, dropped 101 text_length, 38 alphanumeric, quarantined 2',
    )
  })

  it('respects what the environment says of the terminal', () => {
    const tty = { isTTY: true }
    expect([isRedrawable(tty, {}), isColoured(tty, {})]).toEqual([true, true])
    expect([isRedrawable({ isTTY: false }, {}), isColoured({ isTTY: false }, {})]).toEqual([false, false])
    expect([isRedrawable(tty, { NO_COLOR: '1' }), isColoured(tty, { NO_COLOR: '1' })]).toEqual([true, false])
    expect([isRedrawable(tty, { NO_COLOR: '' }), isColoured(tty, { NO_COLOR: '' })]).toEqual([true, true])
    for (const env of [{ TERM: 'dumb' }, { CI: 'true' }, { CI: '1' }])
      expect([isRedrawable(tty, env), isColoured(tty, env)]).toEqual([false, false])
    expect(isColoured({ isTTY: false }, { FORCE_COLOR: '1' })).toBe(true)
    expect(['C', 'POSIX', 'en_US.ISO-8859-1'].map(LANG => showsUnicode({ LANG }))).toEqual([false, false, false])
    expect([
      showsUnicode({}),
      showsUnicode({ LANG: 'C.UTF-8' }),
      showsUnicode({ LC_ALL: 'C', LANG: 'C.UTF-8' }),
    ]).toEqual([...[true, true, false]])
  })

  it('is drawn over and taken away in a real one, and stays away where it is not wanted', () => {
    const rig = new JobRig()
    cpSync(resolve('examples'), rig.path('examples'), { recursive: true })
    const run = (env: Record<string, string>) => {
      const main = resolve('dist', 'cli', 'main.js')
      const command = `stty cols 60; '${process.execPath}' '${main}' run examples/quickstart.yaml --np 1`
      const { CI: _, NO_COLOR: __, FORCE_COLOR: ___, ...rest } = process.env
      const child = { cwd: rig.folder, encoding: 'utf8', env: { ...rest, TERM: 'xterm', ...env } } as const
      return spawnSync('script', ['-qec', command, '/dev/null'], child).stdout
    }
    const drawn = run({})
    const frames = drawn.split('\x1b[3A\r\x1b[J')
    expect(frames.length).toBeGreaterThan(2)
    expect(frames[0]).toContain('listing')
    expect(frames.at(-1)).toMatch(/^\r\noperator/)
    expect(drawn).toContain('\x1b[36m')
    const lines = frames.slice(0, -1).flatMap(frame => stripVTControlCharacters(frame).split(/\r\n?/))
    // The sentence that a run begins with stays, and may be as long as it is.
    for (const line of lines.filter(one => !one.startsWith('Starting '))) expect(line.length).toBeLessThan(60)
    expect(run({ NO_COLOR: '1' })).not.toContain('\x1b[36m')
    expect(run({ TERM: 'dumb' })).not.toContain('\x1b')
    expect(run({ CI: 'true' })).not.toContain('\x1b')
  })
})

const use = (name: string, isBarrier = false): OperatorUse => ({
  ...{ name, params: {}, version: '1', textKey: 'text', isBarrier, isDeterministic: true },
})

describe('how far a job is', () => {
  const operators = [use('a_mapper'), use('b_deduplicator', true), use('c_filter')]
  const plan = planOperators(operators, { enabled: true, strategy: 'disabled', n_ops: 5, op_names: [] }, false)
  const partitions = ['p', 'q'].map(key => ({ key, estimatedBytes: 100, pieces: 1 }))
  const reach = (key: string, done: number) => ({
    key,
    done,
    rows: 7,
    counts: { ...noCounts, read: 10 },
    quarantined: 3,
  })
  const save = (partition: string, ops_done: number, rows = 10) =>
    ({ event_type: 'checkpoint_save', partition, ops_done, path: '', rows, size_bytes: 1, fingerprint: '' }) as const

  it('counts from the first moment what earlier runs did', () => {
    const tally = new JobTally({ plan, partitions, reached: [reach('p', 1)] })
    expect(tally.share).toBeCloseTo((100 * 2) / (200 * 5), 9)
    expect(tally).toMatchObject({ kept: 7, samplesIn: 10, quarantined: 3, partitionsDone: 1 })
  })

  it('counts the partitions that are where the next decision wants them, and again behind it', () => {
    const tally = new JobTally({ plan, partitions, reached: [] })
    expect(tally.partitionsDone).toBe(0)
    tally.onEvent(save('p', 1))
    expect(tally.partitionsDone).toBe(1)
    tally.onEvent(save('q', 1))
    expect(tally.partitionsDone).toBe(0)
    tally.onEvent(save('p', 3))
    expect(tally.partitionsDone).toBe(1)
    tally.onEvent(save('q', 3))
    expect(tally.partitionsDone).toBe(2)
    expect(tally.share).toBeCloseTo(0.8, 9)
  })

  it('names the operators that dropped most, and no failures among what they dropped', () => {
    const tally = new JobTally({ plan, partitions, reached: [] })
    const done = (operator: string, op_index: number, [samples_in, samples_out]: [number, number]) =>
      tally.onEvent({
        event_type: 'op_complete',
        partition: 'p',
        operator,
        op_index,
        samples_in,
        samples_out,
        duration_ms: 1,
      })
    done('a_mapper', 0, [10, 9])
    tally.onEvent({ event_type: 'op_failed', partition: 'p', operator: 'a_mapper', op_index: 0, samples: 1 })
    done('b_deduplicator', 1, [9, 7])
    done('c_filter', 2, [7, 3])
    expect(tally.dropped).toEqual([
      { operator: 'c_filter', samples: 4 },
      { operator: 'b_deduplicator', samples: 2 },
    ])
  })
})

describe('speed', () => {
  it('is bytes of input over the time on the wall', () => {
    expect(speedOf(144_000_000, 11_000)).toBeCloseTo(13_090_909, -1)
    expect([speedOf(0, 1000), speedOf(1000, 0)]).toEqual([0, 0])
  })

  it('is the same in table, JSON and summary, however many passes there are', async () => {
    const rig = new JobRig()
    rig.writeLines(
      'data/a.jsonl',
      Array.from({ length: 3000 }, (_, id) => ({ id, text: `a text, number ${id % 2000}` })),
    )
    const process = ['clean_links_mapper', 'document_deduplicator', 'words_num_filter', 'document_deduplicator']
    rig.recipe({ process })
    const { bytes_per_second, input_bytes, duration_ms } = JSON.parse((await rig.runRecipe('--json')).stdout)
    expect(bytes_per_second).toBeCloseTo(speedOf(input_bytes, duration_ms), -3)
    expect(rig.summary()).toMatchObject({ input_bytes, bytes_per_second })
    expect((await rig.runRecipe('--json')).stdout).toContain('"bytes_per_second":0')
  })
})

describe('the table at the end', () => {
  const counts: Counts = {
    ...{ read: 100, bytes: 5000, lines: [], notTaken: 0, defects: 2, readMs: 30, writeMs: 10 },
    operators: [
      { in: 98, out: 98, changed: 9, quarantined: 0, ms: 20 },
      { in: 98, out: 48, changed: 0, quarantined: 0, ms: 30 },
    ],
  }
  const report: RunReport = {
    ...{ jobId: 'job', jobDir: '/jobs/job', exportPath: '/out', operators: [use('a_mapper'), use('b_filter')], counts },
    ...{ exportMs: 10, samplesOut: 48, quarantined: 2, exportedBytes: 2500, durationMs: 2000, processedBytes: 5000 },
    ...{ bytesPerSecond: 2500, decisions: [], wasComplete: false, skipped: [] },
  }

  it('has shares of time, dropped in percent, and reading and export as rows', () => {
    const rows = reportAsTable(report).split('\n').slice(1, 7)
    expect(rows).toEqual([
      'operator     samples in  changed  dropped  quarantined  drop  time',
      'reading             100                              2        30 %',
      'a_mapper             98        9        0            0   0 %  20 %',
      'b_filter             98        0       50            0  51 %  30 %',
      'checkpoints          48                                       10 %',
      'export               48                                       10 %',
    ])
    expect(reportAsTable(report)).toContain(`time          2.0 s, ${formatBytes(2500)}/s`)
    expect(reportAsJson(report)).toMatchObject({ bytes_per_second: 2500, reading_ms: 30, export_ms: 10 })
  })

  it('says what took most, where nothing was kept', () => {
    const nothing = { ...report, samplesOut: 0 }
    expect(reportAsTable(nothing)).toContain('nothing was kept: 50 of 100 were dropped by b_filter (process[1])')
    const defects = { ...nothing, counts: { ...counts, defects: 100, operators: [] } }
    expect(reportAsTable(defects)).toContain('nothing was kept: 100 of 100 hold no valid record, see the quarantine')
    expect(reportAsTable(report)).not.toContain('nothing was kept')
  })

  it('shortens names where a terminal is too narrow for them', () => {
    const name = 'remove_words_with_incorrect_substrings_mapper'
    const narrow = reportAsTable({ ...report, operators: [use(name), use('b_filter')] }, undefined, 79)
    for (const line of narrow.split('\n').slice(1, 7)) expect(line.length).toBeLessThanOrEqual(79)
    expect(narrow).toContain('remove_words_with_inc')
  })
})

import { existsSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { parse } from 'parse5'
import { describe, expect } from 'vitest'
import type { AnalysisReport } from '../../src/engine/analyze-recipe.js'
import { drawing } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(3)

const filters = [
  { text_length_filter: { min_len: 60, max_len: 400 } },
  { alphanumeric_filter: { min_ratio: 0.7 } },
  { words_num_filter: { min_num: 12 } },
  { word_repetition_filter: { rep_len: 2, max_ratio: 0.98 } },
  { specified_field_filter: { field_key: 'kind', target_value: ['a', 'b'] } },
  { specified_numeric_field_filter: { field_key: 'score', min_value: 3 } },
]

const records = Array.from({ length: 400 }, (_, id) => ({
  id,
  text: `${'some words '.repeat(id % 23)}${'!?'.repeat((id * 7) % 40)} number ${id} mail${id}@example.org`,
  kind: 'abc'[id % 3],
  score: id % 11,
}))

function makeRig(process: readonly unknown[], settings: Readonly<Record<string, unknown>> = {}): JobRig {
  const rig = new JobRig()
  rig.writeLines('data/a.jsonl', records)
  rig.recipe({ process, partition: { mode: 'manual', num_of_partitions: 5 }, ...settings })
  return rig
}

async function analyze(rig: JobRig, ...settings: readonly string[]): Promise<AnalysisReport> {
  const { code, stdout, stderr } = await rig.run('analyze', '--config', 'recipe.yaml', '--json', ...settings)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout) as AnalysisReport
}

const timeless = ({ duration_ms: _, ...report }: AnalysisReport) => report

describe('pawl analyze', () => {
  itDrawn('drops nothing, and says of each filter just what a run drops, in order and alone', async () => {
    const rig = makeRig(['clean_email_mapper', ...filters])
    const report = await analyze(rig)
    expect(report.samples).toBe(400)
    const ran = await rig.runRecipe('--json')
    const { operators, samples_out } = JSON.parse(ran.stdout) as {
      operators: { in?: number; out?: number }[]
      samples_out: number
    }
    expect(report.filters.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6])
    expect(report.filters.map(({ reached, dropped_in_order: dropped }) => [reached, dropped])).toEqual(
      operators.slice(1).map(count => [count.in ?? 0, (count.in ?? 0) - (count.out ?? 0)]),
    )
    expect(report.kept).toBe(samples_out)
    for (const [at, filter] of filters.entries()) {
      rig.recipe({ process: ['clean_email_mapper', filter], job_id: `alone-${at}`, export_path: `out/${at}.jsonl` })
      const alone = JSON.parse((await rig.runRecipe('--json')).stdout) as { samples_out: number }
      expect([at, report.filters[at].dropped_alone]).toEqual([at, 400 - alone.samples_out])
    }
  })

  itDrawn('measures what a run measures, mappers applied', async () => {
    const rig = makeRig(['clean_email_mapper', { text_length_filter: { min_len: 100_000 } }])
    const [{ statistics }] = (await analyze(rig)).filters
    const lengths = records.map(({ text, id }) => text.length - `mail${id}@example.org`.length).sort((a, b) => a - b)
    expect(statistics[0]).toMatchObject({
      name: 'text_len',
      count: 400,
      missing: 0,
      min: lengths[0],
      max: lengths[399],
    })
    expect(statistics[0]).toMatchObject({ quantiles: { 0.5: (lengths[199] + lengths[200]) / 2 } })
  })

  itDrawn('leaves barriers out and says so once', async () => {
    const rig = makeRig(['document_deduplicator', filters[0]])
    const { code, stdout, stderr } = await rig.run('analyze', '--config', 'recipe.yaml')
    expect(code).toBe(0)
    expect(stderr.match(/left out of the analysis.*document_deduplicator/g)).toHaveLength(1)
    expect(stdout).toContain('process[1] text_length_filter')
    expect(stdout).toMatch(/All filters together would keep \d+ of 400 samples/)
  })

  itDrawn('refuses a recipe without filters', async () => {
    const rig = makeRig(['clean_email_mapper'])
    const { code, stderr } = await rig.run('analyze', '--config', 'recipe.yaml')
    expect(code).toBe(2)
    expect(stderr).toContain('recipe.yaml has no filter: there is nothing to analyse')
  })

  itDrawn('shares no checkpoint with a run that is given the same folder and id', async () => {
    const rig = makeRig(filters, { checkpoint: { strategy: 'every_op' } })
    await analyze(rig)
    const ran = await rig.runRecipe('--job_id', 'job-analysis', '--json')
    expect(ran.code).toBe(0)
    const fresh = await makeRig(filters).runRecipe('--json')
    expect(JSON.parse(ran.stdout).samples_out).toBe(JSON.parse(fresh.stdout).samples_out)
  })

  itDrawn('gives the same after it was killed and resumed', async () => {
    const gate = { gate_mapper: {} }
    const rig = makeRig([gate, ...filters], { custom_operator_paths: ['ops.ts'], np: 1 })
    rig.write('gate/.keep', '')
    rig.write('ops.ts', gateModule(rig))
    const running = rig.start('analyze', '--config', 'recipe.yaml')
    await appears(rig.path('gate'), 'waiting')
    running.kill('SIGKILL')
    await running.ended
    writeFileSync(rig.path('gate', 'open'), '')
    const resumed = await rig.run('resume', 'job-analysis', '--work_dir', 'jobs', '--json')
    expect(resumed.stderr).toBe('')
    const report = timeless(JSON.parse(resumed.stdout) as AnalysisReport)
    expect(report.samples).toBe(400)
    const fresh = makeRig([gate, ...filters], { custom_operator_paths: ['ops.ts'] })
    fresh.write('ops.ts', rig.read('ops.ts'))
    const { job_dir: _, stats_path: __, ...rest } = timeless(await analyze(fresh))
    expect(report).toMatchObject(rest)
    expect(timeless(await analyze(rig))).toEqual(report)
  })

  itDrawn('writes one page that parses and loads nothing else', async () => {
    const rig = makeRig(filters)
    await analyze(rig, '--html', 'page.html')
    expect(existsSync(rig.path('page.html'))).toBe(true)
    const page = rig.read('page.html')
    const errors: string[] = []
    parse(page, { onParseError: ({ code }) => errors.push(code) })
    expect(errors).toEqual([])
    expect(page).not.toMatch(/https?:|<script [^>]*|<link|<img|@import|url\(|src=|import\(|fetch\(/)
    const [, script] = /<script>([\s\S]*)<\/script>/.exec(page) ?? []
    expect(() => new Script(script)).not.toThrow()
    expect(page.match(/<svg/g)).toHaveLength(6)
  })
})

describe('an analysis of samples that a filter cannot judge or an operator cannot measure', () => {
  const suffix = { suffix_filter: { suffixes: ['.md'] } }

  itDrawn('counts those that a filter cannot judge, and calls only those dropped that are', async () => {
    const rig = makeRig([filters[0], suffix, filters[4]])
    const { code, stdout } = await rig.run('analyze', '--config', 'recipe.yaml', '--html', 'page.html')
    expect(code).toBe(0)
    const { filters: summaries, ...report } = await analyze(rig)
    const [length, judge, kind] = summaries
    expect(judge).toMatchObject({ failed: 400, dropped_alone: 0, dropped_in_order: 0, statistics: [] })
    expect(report).toMatchObject({ samples: 400, kept: 0, not_judged: judge.reached, quarantined: 0 })
    expect(judge.reached).toBe(400 - length.dropped_in_order)
    expect(kind).toMatchObject({ reached: 0, failed: 0 })
    expect(stdout).toContain('(cannot judge 400)')
    expect(stdout).toContain(`${judge.reached} would be set aside`)
    const page = rig.read('page.html')
    expect(page).toContain('<th>cannot judge</th>')
    expect(page).toContain(`<dt>dropped</dt><dd>${length.dropped_in_order}</dd>`)
    expect(page).toContain(`<dt>cannot be judged</dt><dd>${judge.reached}</dd>`)
  })

  itDrawn('says how many could not be measured, and where they are', async () => {
    const rig = makeRig([{ specified_field_filter: { field_key: 'rare', target_value: [1] } }])
    rig.writeLines('data/a.jsonl', [{ text: 'a', rare: 1 }, { text: 'b' }, { text: 'c' }])
    const { code, stdout } = await rig.run('analyze', '--config', 'recipe.yaml', '--html', 'page.html')
    expect(code).toBe(0)
    expect(stdout).toMatch(/not measured {2}2, which a run would set aside as well → .*quarantine\.jsonl/)
    expect(stdout).toContain('All filters together would keep 1 of 1 samples')
    expect(rig.read('page.html')).toContain('<dt>not measured (quarantine)</dt><dd>2</dd>')
  })
})

describe('the bounds of the page', () => {
  interface Plotted {
    readonly curve: readonly number[]
    readonly texts: readonly { readonly value: number; readonly text: string }[]
    readonly count: number
    readonly alone: number
  }

  itDrawn('can be moved: it carries the distribution, texts along it, and the entry to copy', async () => {
    const rig = new JobRig()
    rig.writeLines(
      'data/a.jsonl',
      Array.from({ length: 500 }, (_, id) => ({ text: 'x'.repeat(1 + (id % 100)) })),
    )
    rig.recipe({ process: [{ text_length_filter: { min_len: 21, max_len: 90 } }] })
    const { code } = await rig.run('analyze', '--config', 'recipe.yaml', '--html', 'page.html')
    expect(code).toBe(0)
    const page = rig.read('page.html')
    const attribute = (name: string) =>
      JSON.parse(
        (new RegExp(`${name}="([^"]*)"`).exec(page)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&#34;', '"'),
      )
    const { curve, texts, count, alone } = attribute('data-curve') as Plotted
    expect({ count, alone, least: curve[0], middle: curve[200], most: curve[400] }).toMatchObject({
      ...{ count: 500, alone: 150, least: 1, most: 100 },
    })
    expect(curve[200]).toBeCloseTo(50.5, 0)
    for (const { value, text } of texts) expect(text).toBe('x'.repeat(value))
    for (const value of [20, 21, 89, 90]) expect(texts.map(one => one.value)).toContain(value)
    expect(attribute('data-params')).toMatchObject({ min_len: 21, max_len: 90 })
    for (const [param, value] of [
      ['min_len', 21],
      ['max_len', 90],
    ])
      expect(page).toMatch(
        new RegExp(`class="bound" data-param="${param}"[^>]*data-value="${value}"[^>]*role="slider"`),
      )
  })

  itDrawn('stand on a logarithmic scale where values reach over orders of magnitude', async () => {
    const rig = new JobRig()
    rig.writeLines(
      'data/a.jsonl',
      Array.from({ length: 300 }, (_, id) => ({ text: 'x'.repeat(Math.round(1.03 ** id)) })),
    )
    rig.recipe({ process: [{ text_length_filter: { min_len: 5 } }] })
    const { stdout } = await rig.run('analyze', '--config', 'recipe.yaml', '--html', 'page.html')
    expect(stdout).toContain('(log scale)')
    expect(rig.read('page.html')).toContain('data-scale="log"')
    const { filters } = JSON.parse((await rig.run('analyze', '--config', 'recipe.yaml', '--json')).stdout)
    const [{ histogram, curve }] = filters[0].statistics
    expect(curve).toBeUndefined()
    expect(histogram.counts.reduce((sum: number, each: number) => sum + each, 0)).toBe(300)
  })
})

describe('the page of an analysis', () => {
  itDrawn('shows text values as bars as long as they are frequent, names escaped and shortened', async () => {
    const partition = { mode: 'manual', num_of_partitions: 1 }
    const rig = makeRig([{ specified_field_filter: { field_key: 'kind', target_value: ['<b>'] } }], { partition })
    const kinds = ['<b>', '<b>', '<b>', '<b>', '𝒂'.repeat(30), '𝒂'.repeat(30), 'c']
    rig.writeLines(
      'data/a.jsonl',
      kinds.map(kind => ({ text: 'a', kind })),
    )
    await analyze(rig, '--html', 'page.html')
    const svg = /<svg[^>]*aria-label="Values of kind".*?<\/svg>/s.exec(rig.read('page.html'))![0]
    const widths = [...svg.matchAll(/<rect class="bar"[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width))
    expect(widths.map(width => width / widths[2])).toEqual([4, 2, 1])
    const labels = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, label]) => label)
    expect(labels).toEqual(['&lt;b&gt;', '4 (57.1 %)', `${'𝒂'.repeat(19)}…`, '2 (28.6 %)', 'c', '1 (14.3 %)'])
  })
})

/** Resolves when a file of this name is in the folder. */
function appears(folder: string, name: string): Promise<void> {
  return new Promise(done => {
    const check = () => {
      if (!existsSync(join(folder, name))) return
      watcher.close()
      done()
    }
    const watcher = watch(folder, check)
    check()
  })
}

/** A mapper that waits at one sample, after it said so, until a file says go on. */
function gateModule(rig: JobRig): string {
  return `
import { defineMapper } from 'pawl'
import { existsSync, watch, writeFileSync } from 'node:fs'

export default defineMapper({
  name: 'gate_mapper',
  summary: 'Waits.',
  params: {},
  create: () => ({
    async map(sample) {
      if (sample.get('id') !== 250) return
      const open = ${JSON.stringify(rig.path('gate', 'open'))}
      await new Promise(done => {
        const watcher = watch(${JSON.stringify(rig.path('gate'))}, () => { if (existsSync(open)) { watcher.close(); done() } })
        if (existsSync(open)) { watcher.close(); done() }
        else writeFileSync(${JSON.stringify(rig.path('gate', 'waiting'))}, '')
      })
    },
  }),
})
`
}

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect } from 'vitest'
import { drawing } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(2)

let rig: JobRig

const process_ = [
  'clean_links_mapper',
  { replace_content_mapper: { pattern: 'zebra', repl: 'horse' } },
  { text_length_filter: { min_len: 10 } },
  'document_deduplicator',
  { replace_content_mapper: { pattern: 'lamp', repl: 'light' } },
]

beforeEach(() => {
  rig = new JobRig()
  const rows = Array.from({ length: 200 }, (_, id) => {
    if (id % 10 === 0) return { id, text: 'short' }
    if (id % 10 === 1) return { id, text: 'a text that is repeated' }
    if (id % 10 === 2) return { id, text: `see https://example.org/${id} for text ${id}` }
    return { id, text: `a zebra and a lamp, number ${id}` }
  })
  rig.writeLines('data/a.jsonl', rows)
  rig.recipe({ partition: { mode: 'manual', num_of_partitions: 4 }, process: process_ })
})

const traced = (...settings: string[]) => rig.runRecipe('--open_tracer', 'true', ...settings)
const folder = () => rig.path('jobs', 'job', 'trace')
const files = () =>
  Object.fromEntries(
    readdirSync(folder())
      .sort()
      .map(name => [name, readFileSync(`${folder()}/${name}`, 'utf8')]),
  )
const entries = (name: string) =>
  rig
    .read('jobs', 'job', 'trace', name)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>)

describe('open_tracer', () => {
  itDrawn(
    'shows what mappers changed, filters dropped and deduplicators dropped, a repeated operator by its number',
    async () => {
      expect(await traced('--trace_keys', 'id')).toMatchObject({ code: 0, stderr: '' })
      expect(readdirSync(folder()).sort()).toEqual([
        'duplicate-document_deduplicator.jsonl',
        'filter-text_length_filter.jsonl',
        'mapper-clean_links_mapper.jsonl',
        'mapper-replace_content_mapper.2.jsonl',
        'mapper-replace_content_mapper.jsonl',
      ])
      for (const { id, original_text, processed_text } of entries('mapper-clean_links_mapper.jsonl')) {
        expect(original_text).toBe(`see https://example.org/${id} for text ${id}`)
        expect(processed_text).not.toContain('https')
      }
      for (const { original_text, processed_text } of entries('mapper-replace_content_mapper.2.jsonl'))
        expect(processed_text).toBe(String(original_text).replace('lamp', 'light'))
      for (const entry of entries('filter-text_length_filter.jsonl'))
        expect(entry).toMatchObject({
          text: 'short',
          __dj__stats__: { text_len: 5 },
          __pawl__dropped__: { operator: 'text_length_filter', statistic: { text_len: 5 }, bound: { min_len: 10 } },
        })
      const dropped = entries('duplicate-document_deduplicator.jsonl').map(({ dup2 }) => dup2)
      expect(dropped).toHaveLength(10)
      for (const sample of dropped) expect(sample).toMatchObject({ text: 'a text that is repeated' })
      // The first of the equal texts was kept.
      expect(dropped).not.toContainEqual(expect.objectContaining({ id: 1 }))
    },
  )

  itDrawn('shows as many as there are, up to trace_num, and only the operators that are named', async () => {
    await traced('--trace_num', '3', '--op_list_to_trace', '[text_length_filter, document_deduplicator]')
    expect(Object.keys(files())).toEqual(['duplicate-document_deduplicator.jsonl', 'filter-text_length_filter.jsonl'])
    expect(entries('filter-text_length_filter.jsonl')).toHaveLength(3)
    const three = entries('filter-text_length_filter.jsonl')
    await traced('--trace_num', '100')
    expect(entries('filter-text_length_filter.jsonl')).toHaveLength(20)
    expect(entries('filter-text_length_filter.jsonl').slice(0, 3)).toEqual(three)
    await traced('--trace_num', '0')
    expect(readdirSync(folder())).toEqual([])
  })

  itDrawn('warns of operators that are named and not used', async () => {
    const { stderr } = await traced('--op_list_to_trace', 'text_lenght_filter')
    expect(stderr).toContain('op_list_to_trace names operators that process does not use: text_lenght_filter')
    expect(stderr).toContain('did you mean "text_length_filter"?')
  })

  itDrawn(
    'gives the same files whatever was killed, reused or switched on late, with any number of workers',
    async () => {
      await traced('--np', '1')
      const whole = files()
      const output = rig.read('out', 'result.jsonl')
      const late = new JobRig()
      late.write('data/a.jsonl', rig.read('data', 'a.jsonl'))
      late.write('recipe.yaml', rig.read('recipe.yaml'))
      rig = late
      await rig.runRecipe()
      expect(existsSync(folder())).toBe(false)
      const ended = await traced('--np', '3')
      expect(ended.stdout).toContain('nothing to do: the job was complete')
      expect(rig.unitsOfLastRun()).toBe(0)
      expect(files()).toEqual(whole)
      expect(rig.read('out', 'result.jsonl')).toBe(output)
      const killed = rig.start(
        'run',
        '--config',
        'recipe.yaml',
        '--open_tracer',
        'true',
        '--text_length_filter.min_len',
        '11',
      )
      await killed.sees(/Resuming/)
      killed.kill('SIGKILL')
      await killed.ended
      await traced()
      expect(files()).toEqual(whole)
    },
  )

  itDrawn('keeps what is committed, and makes anew what was damaged', async () => {
    await traced()
    const whole = files()
    const checkpoints = rig.path('jobs', 'job', 'checkpoints')
    const committed = () =>
      readdirSync(checkpoints)
        .filter(name => name.includes('.trace.'))
        .sort()
    const first = committed()
    expect(first).toHaveLength(4)
    await traced()
    expect(committed()).toEqual(first)
    rig.write(`jobs/job/checkpoints/${first[0]}`, '{"op":0,"hash":0,"entry":{}}\n')
    rig.write('jobs/job/trace/mapper-clean_links_mapper.jsonl', 'edited')
    expect((await traced()).code).toBe(0)
    expect(files()).toEqual(whole)
  })

  itDrawn('traces files that are committed in pieces, and leaves quarantined samples alone', async () => {
    const { gzipSync } = await import('node:zlib')
    const lines = `${rig.read('data', 'a.jsonl')}not json\n{"id":7}\n`
    rig.write('zipped/a.jsonl.gz', gzipSync(lines))
    const ended = await traced(
      '--dataset_path',
      'zipped',
      '--partition.mode',
      'auto',
      '--partition.target_size_mb',
      '0.002',
    )
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(entries('filter-text_length_filter.jsonl')).toHaveLength(10)
    expect(entries('duplicate-document_deduplicator.jsonl')).toHaveLength(10)
  })
})

describe('pawl show', () => {
  itDrawn('shows what changed and why samples went, with signs where there are no colours', async () => {
    rig.writeLines('data/b.jsonl', [{ id: 201, text: 5 }])
    await traced()
    const changed = await rig.run('show', 'job', '--work_dir', 'jobs', '--changed', 'clean_links_mapper')
    expect(changed.stdout).toMatch(/^Changed by clean_links_mapper, 10 examples\n/)
    expect(changed.stdout).toMatch(/^1\. see\[- https:\/\/example\.org\/\d+ -\]/m)
    const dropped = await rig.run('show', 'job', '--work_dir', 'jobs', '--dropped', 'text_length_filter')
    expect(dropped.stdout).toContain('text_len 5 (wanted: min_len 10)\n   short')
    const aside = await rig.run('show', 'job', '--work_dir', 'jobs', '--quarantine')
    expect(aside.stdout).toContain('clean_links_mapper: field "text" holds a number')
    const all = await rig.run('show', 'job', '--work_dir', 'jobs')
    for (const title of ['Changed by clean_links_mapper', 'Dropped by document_deduplicator', 'Set aside, 1 example'])
      expect(all.stdout).toContain(title)
    const json = await rig.run('show', 'job', '--work_dir', 'jobs', '--dropped', 'text_length_filter', '--json')
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line).text),
    ).toEqual(Array(10).fill('short'))
  })

  itDrawn('names what there is where it is asked for something else', async () => {
    await rig.runRecipe()
    const show = (...args: string[]) => rig.run('show', 'job', '--work_dir', 'jobs', ...args)
    expect(await show()).toMatchObject({ code: 2, stderr: expect.stringContaining('--open_tracer true') })
    await traced()
    expect((await show('--dropped', 'text_lenght_filter')).stderr).toContain('did you mean "text_length_filter"?')
    expect((await show('--quarantine')).stderr).toContain('has set nothing aside')
    expect((await show('--quarantine', '--changed', 'x')).stderr).toContain('give one of')
    expect((await rig.run('show', 'jbo', '--work_dir', 'jobs')).stderr).toContain('there is no job jbo')
  })
})

import { describe, expect, it } from 'vitest'
import { drawing } from '../drawn.js'
import { collect, wholeFile } from '../io/collect.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(3)

/** Rows with numbers that are not finite, in fields that are changed and in fields that are not. */
const lines = Array.from(
  { length: 40 },
  (_, id) =>
    `{"text": "two  blanks ${id}", "score": ${['NaN', '-Infinity', 'Infinity', '0.5'][id % 4]}, "m": {"x":[NaN]}}`,
)

function rigWithNaN(settings: Readonly<Record<string, unknown>> = {}): JobRig {
  const rig = new JobRig()
  rig.write('data/a.jsonl', `${lines.join('\n')}\n`)
  rig.recipe({ process: ['whitespace_normalization_mapper', { text_length_filter: { min_len: 1 } }], ...settings })
  return rig
}

describe('numbers that are not finite', () => {
  itDrawn('keep their spelling in JSONL, in samples that are changed and in those that are not', async () => {
    const rig = rigWithNaN({ process: [{ remove_words_with_incorrect_substrings_mapper: { substrings: ['blanks'] } }] })
    rig.write('data/b.jsonl', '{"text":"same","score":NaN}\n')
    expect((await rig.runRecipe()).code).toBe(0)
    const out = rig.read('out/result.jsonl').trimEnd().split('\n')
    expect(out[0]).toContain('"score": NaN, "m": {"x":[NaN]}}')
    expect(out[1]).toContain('"score": -Infinity')
    expect(out.at(-1)).toBe('{"text":"same","score":NaN}')
  })

  it.each(['parquet', 'arrow', 'jsonl'])('come through %s checkpoints and a kill as in a run without', async format => {
    const storage = { format, compression: format === 'parquet' ? 'snappy' : 'none' }
    const settings = { intermediate_storage: storage, checkpoint: { strategy: 'every_op' } }
    const whole = rigWithNaN(settings)
    expect((await whole.runRecipe()).code).toBe(0)
    const resumed = rigWithNaN(settings)
    const running = resumed.start('run', '--config', 'recipe.yaml', '--process', '[whitespace_normalization_mapper]')
    expect((await running.ended).code).toBe(0)
    expect((await resumed.runRecipe()).code).toBe(0)
    expect(resumed.read('out/result.jsonl')).toBe(whole.read('out/result.jsonl'))
  })

  itDrawn('are null in a JSON array, with one warning that counts them', async () => {
    const rig = rigWithNaN({ export_path: 'out/result.json' })
    const { code, stderr } = await rig.runRecipe()
    expect(code).toBe(0)
    expect(JSON.parse(rig.read('out/result.json'))[0]).toMatchObject({ score: null, m: { x: [null] } })
    expect(stderr.match(/warning: 70 numbers that are not finite/g)).toHaveLength(1)
  })

  itDrawn('become null or set the sample aside where the recipe says so', async () => {
    const nulled = rigWithNaN({ nan: 'null', process: [] })
    expect((await nulled.runRecipe()).code).toBe(0)
    expect(nulled.exportedRows()).toHaveLength(40)
    expect(nulled.read('out/result.jsonl')).not.toMatch(/NaN|Infinity/)
    const refused = rigWithNaN({ nan: 'refuse', process: [], max_quarantine_ratio: 1 })
    expect((await refused.runRecipe()).stdout).toMatch(/quarantined +40/)
    expect(JSON.parse(refused.read('jobs/job/quarantine/quarantine.jsonl').split('\n')[0])).toMatchObject({
      sample: lines[0],
      code: 'bad_value',
    })
  })
})

describe('samples that are set aside', () => {
  itDrawn(
    'stop the job early where all of the first are, with the fields they have, and it goes on with the right key',
    async () => {
      const rig = new JobRig()
      rig.writeLines(
        'data/a.jsonl',
        Array.from({ length: 2000 }, (_, id) => ({ id, instruction: `do ${id}` })),
      )
      const partition = { mode: 'manual', num_of_partitions: 1 }
      rig.recipe({ partition, process: [{ text_length_filter: { min_len: 1 } }] })
      const { code, stderr } = await rig.runRecipe()
      expect(code).toBe(1)
      expect(stderr).toContain('stopped early: none of the first 300 samples has "text"')
      expect(stderr).toContain('fields they have: id, instruction; ')
      expect(stderr).toContain('--text_keys instruction')
      expect((await rig.runRecipe('--text_keys', 'instruction')).code).toBe(0)
      expect(rig.exportedRows()).toHaveLength(2000)
    },
  )

  itDrawn(
    'end the job before the first deduplicator where they are more than the ratio, and a higher one goes on',
    async () => {
      const rig = new JobRig()
      rig.write('data/a.jsonl', `${['{"text":"a"}', 'broken', 'broken too', '{"text":"a"}', 'x', 'y'].join('\n')}\n`)
      rig.recipe({ process: [{ text_length_filter: { min_len: 1 } }, 'document_deduplicator'] })
      const { code, stderr } = await rig.runRecipe()
      expect(code).toBe(1)
      expect(stderr).toMatch(/4 of 6 samples were set aside, .*reader/)
      expect(rig.events().filter(({ event_type }) => event_type === 'barrier_resolved')).toEqual([])
      expect((await rig.runRecipe('--max_quarantine_ratio', '0.7')).code).toBe(0)
      expect(rig.unitsOfLastRun()).toBeGreaterThan(0)
      expect(rig.exportedRows()).toEqual([{ text: 'a' }])
      expect((await rig.runRecipe()).code).toBe(1)
    },
  )
})

describe('columns', () => {
  itDrawn('of an input are those of a result without rows, in every format that has columns', async () => {
    const rig = new JobRig()
    rig.writeLines('data/a.jsonl', [{ text: 'a', n: 1, tags: ['x'] }])
    rig.recipe({ process: [{ text_length_filter: { min_len: 100 } }] })
    expect((await rig.runRecipe('--export_path', 'out/e.csv')).code).toBe(0)
    expect(rig.read('out/e.csv')).toBe('text,n,tags\n')
    for (const suffix of ['parquet', 'arrow']) {
      expect((await rig.runRecipe('--export_path', `out/e.${suffix}`)).code).toBe(0)
      const { columns } = await survey(rig.path('out', `e.${suffix}`), suffix as 'parquet' | 'arrow')
      expect(columns).toEqual([
        { name: 'text', type: 'text' },
        { name: 'n', type: 'int64' },
        { name: 'tags', type: { items: 'text' } },
      ])
    }
  })

  itDrawn(
    'of CSV are typed once a job: an operator added later reads the spelling, a later cell that does not fit is set aside',
    async () => {
      const rig = new JobRig()
      rig.write('data/a.csv', 'year,text\n1984,a\n2001,b\n')
      rig.recipe({ process: [{ text_length_filter: { min_len: 1 } }] })
      expect((await rig.runRecipe()).code).toBe(0)
      expect(rig.read('out/result.jsonl')).toBe('{"year":1984,"text":"a"}\n{"year":2001,"text":"b"}\n')
      const added = [{ text_length_filter: { min_len: 1 } }, { text_length_filter: { text_key: 'year', min_len: 4 } }]
      expect((await rig.runRecipe('--process', JSON.stringify(added))).code).toBe(0)
      expect(rig.read('out/result.jsonl')).toBe('{"year":1984,"text":"a"}\n{"year":2001,"text":"b"}\n')
      rig.write('data/b.csv', 'year,text\nunknown,c\n2002,d\n')
      expect((await rig.runRecipe()).code).toBe(0)
      expect(rig.read('out/result.jsonl')).toContain('{"year":"unknown","text":"c"}\n{"year":2002,"text":"d"}')
      expect((await rig.runRecipe('--export_path', 'out/t.parquet')).code).toBe(0)
      expect(rig.read('jobs/job/quarantine/quarantine.jsonl')).toContain('csv_types: {\\"year\\": text}')
      expect((await rig.runRecipe('--export_path', 'out/u.parquet', '--csv_types.year', 'text')).code).toBe(0)
      const { records } = await collect(wholeFile(rig.path('out', 'u.parquet'), 'parquet'))
      expect(records.map(({ text }) => JSON.parse(text).year)).toEqual(['1984', '2001', 'unknown', '2002'])
    },
  )

  itDrawn('that folders name are added where the recipe says so, with one warning where it says nothing', async () => {
    const rig = new JobRig()
    rig.writeLines('data/lang=en/year=2024/a.jsonl', [{ text: 'a' }])
    rig.writeLines('data/lang=d%20e/year=__HIVE_DEFAULT_PARTITION__/b.jsonl', [{ text: 'b', lang: 'own' }, {}])
    rig.recipe({})
    const told = await rig.runRecipe()
    expect(told.stderr.match(/warning: Folders such as lang=d e/g)).toHaveLength(1)
    expect(rig.exportedRows()).toEqual([{ text: 'b', lang: 'own' }, {}, { text: 'a' }])
    const { stderr } = await rig.runRecipe('--hive_partitioning')
    expect(stderr).not.toContain('Folders')
    expect(rig.exportedRows()).toEqual([
      { text: 'b', lang: 'own', year: null },
      { lang: 'd e', year: null },
      { text: 'a', lang: 'en', year: 2024 },
    ])
  })
})

async function survey(path: string, format: 'parquet' | 'arrow') {
  const { surveyFile } = await import('../../src/io/open-reader.js')
  return surveyFile(path, format, 'none')
}

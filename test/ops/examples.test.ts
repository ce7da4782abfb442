import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { OperatorDefinition, OperatorExample } from '../../src/core/operator.js'
import { createCatalog } from '../../src/ops/catalog.js'
import { operatorDetails } from '../../src/ops/describe.js'
import { exampleOutcomes, exampleRecipe } from '../../src/ops/example-text.js'
import { tempFolder } from '../io/temp-folder.js'
import { run, type VectorCase } from './vector-cases.js'

const catalog = createCatalog()

describe('the example of an operator is true', () => {
  for (const name of catalog.names) {
    test(name, async () => {
      const definition = await catalog.load(name)
      expect(definition.example?.cases.length).toBeGreaterThan(0)
      for (const shown of definition.example!.cases) await check(definition, shown)
    })
  }
})

async function check(definition: OperatorDefinition, shown: OperatorExample['cases'][number]) {
  const params = definition.example!.params
  const of = (input: Partial<VectorCase>) => run(definition, { op: definition.name, params, expect: {}, ...input })
  if ('result' in shown) expect((await of({ samples: shown.samples })).samples).toEqual(shown.result)
  else if ('samples' in shown) expect((await of({ samples: shown.samples })).kept).toEqual(shown.kept)
  else if ('sample' in shown)
    expect(await of({ sample: shown.sample })).toEqual({ stats: shown.stats, keep: shown.kept })
  else if (shown.before['compressed_file'] === 'paper.tar.gz') {
    const sample = { ...shown.before, compressed_file: '<archive>' }
    const { samples } = await of({ sample, assets: { archive_name: 'paper.tar.gz', archive_b64: paper() } })
    expect(samples).toMatchObject(shown.after)
  } else {
    const { samples } = await of({ sample: shown.before })
    expect(samples).toEqual(shown.after.map(after => ({ ...shown.before, ...after })))
  }
}

/** The archive that the example of latex_merge_tex_mapper speaks of. */
function paper(): string {
  const folder = join(tempFolder(), 'paper')
  mkdirSync(folder)
  writeFileSync(join(folder, 'a.tex'), '\\section{Ropes}')
  writeFileSync(join(folder, 'b.tex'), '\\section{Knots}')
  execFileSync('tar', ['-czf', `${folder}.tar.gz`, '-C', folder, 'a.tex', 'b.tex'])
  return readFileSync(`${folder}.tar.gz`, 'base64')
}

describe('an example as it is shown', () => {
  test('is a piece of a recipe', () => {
    const text = exampleRecipe('replace_content_mapper', { pattern: '\\d+', repl: '' })
    expect(parse(text)).toEqual({ process: [{ replace_content_mapper: { pattern: '\\d+', repl: '' } }] })
  })

  test('says what becomes of a sample', () => {
    const outcomes = exampleOutcomes({
      params: {},
      cases: [
        { before: { text: 'a\u00a0b' }, after: [{ text: 'a' }, { text: 'b' }] },
        { before: { text: 'a', id: 1 }, after: [{ id: 2 }] },
        { before: { text: 'a' }, after: [] },
        { sample: { text: 'a' }, stats: { share: 1 / 3, lang: 'en' }, kept: true },
        { samples: [{ text: 'a' }, { text: 'a' }], kept: [0] },
      ],
    })
    expect(outcomes).toEqual([
      { input: '"a\\u00a0b"', verb: 'becomes', results: ['"a"', '"b"'] },
      { input: '{"text":"a","id":1}', verb: 'gets', results: ['{"id":2}'] },
      { input: '"a"', verb: 'goes', results: [] },
      { input: '"a"', verb: 'stays with', results: ['share 0.333333', 'lang "en"'] },
      { input: '"a"', verb: 'stays', results: [] },
      { input: '"a"', verb: 'goes', results: [] },
    ])
  })

  test('stands below the parameters of `pawl ops NAME`', async () => {
    const details = operatorDetails(await catalog.load('words_num_filter'))
    expect(details.slice(details.indexOf('Example'))).toBe(
      [
        'Example',
        '  process:',
        '    - words_num_filter:',
        '        min_num: 3',
        '        max_num: 10000',
        '',
        '  "The tide is low."',
        '      stays with num_words 4',
        '',
        '  "Low tide."',
        '      goes with num_words 2',
      ].join('\n'),
    )
  })
})

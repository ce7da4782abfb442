import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recipeJsonSchema } from '../../src/config/json-schema.js'
import { sharedParams } from '../../src/ops/base-params.js'
import { createCatalog } from '../../src/ops/catalog.js'
import { type Completion, LanguageServer } from './language-server.js'

const catalog = createCatalog()
const folder = mkdtempSync(join(tmpdir(), 'pawl-editor-'))
let schema: Record<string, unknown>
let server: LanguageServer

beforeAll(async () => {
  schema = await recipeJsonSchema(catalog, sharedParams)
  writeFileSync(join(folder, 'recipe.schema.json'), JSON.stringify(schema))
  server = await LanguageServer.start(join(folder, 'recipe.schema.json'))
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const labels = (items: readonly Completion[]) => items.map(({ label }) => label)
const messages = async (text: string) =>
  (await server.diagnose(text)).map(({ message, range }) => `${range.start.line + 1}: ${message}`)

/** What a snippet leaves behind when one tabs through it. */
const typed = ({ insertText = '' }: Completion) => insertText.replace(/\$\{\d+:([^}]*)\}|\$\d+/g, '$1')

describe('completing a recipe', () => {
  it('offers every operator as a key, followed by its own parameters with their defaults', async () => {
    const items = await server.complete('process:\n  - |\n')
    expect(labels(items)).toEqual(catalog.names)
    const length = items.find(({ label }) => label === 'text_length_filter') as Completion
    expect(typed(length)).toBe('text_length_filter:\n    min_len: 10')
    expect(JSON.stringify(length.documentation)).toContain('text length')
  })

  it('types nothing that the recipe check refuses, whatever the operator', async () => {
    const items = await server.complete('process:\n  - |\n')
    const entries = items.map(item => `  - ${typed(item).replaceAll('\n', '\n  ')}\n`)
    // Patterns and modules have no default that would do.
    const needed = ['field_key', 'pattern']
    const wrong = await messages(`process:\n${entries.join('')}`)
    expect(wrong.filter(message => !needed.some(name => message.includes(name)))).toEqual([])
  })

  it('offers the own parameters first, and last those that have no effect', async () => {
    for (const name of catalog.names) {
      const offered = labels(await server.complete(`process:\n  - ${name}:\n      |\n`))
      const { params } = await catalog.load(name)
      expect([...offered].sort()).toEqual(Object.keys(params.shape).sort())
      const ineffective = offered.map(param => params.shape[param].description?.includes('no effect') === true)
      const rank = offered.map((param, at) => (ineffective[at] ? 2 : sharedParams.has(param) ? 1 : 0))
      expect(rank, name).toEqual([...rank].sort())
    }
  })

  it('offers parameters that are not there yet, keys with effect before those without, and values', async () => {
    const rest = labels(await server.complete('process:\n  - text_length_filter:\n      min_len: 5\n      |\n'))
    expect(rest[0]).toBe('max_len')
    expect(rest).not.toContain('min_len')
    const keys = labels(await server.complete('|\n'))
    expect(keys.slice(0, 3)).toEqual(['project_name', 'dataset_path', 'dataset'])
    expect(keys.indexOf('process')).toBeLessThan(keys.indexOf('use_cache'))
    expect(labels(await server.complete('checkpoint:\n  strategy: |\n'))).toEqual([
      'every_n_ops',
      'every_op',
      'manual',
      'disabled',
    ])
  })

  it('offers no operator that is refused, and no second one in an entry', async () => {
    const offered = labels(await server.complete('process:\n  - text_length_filter:\n      min_len: 5\n    |\n'))
    expect(offered.filter(label => label.endsWith('_filter'))).toEqual([])
    expect(labels(await server.complete('process:\n  - image_|\n'))).not.toContain('image_face_count_filter')
  })
})

describe('hovering over a recipe', () => {
  it.each([
    ['process:\n  - text_length_filter:\n      min_|len: 5\n', /Shortest text.*Default: 10/],
    ['process:\n  - text_length_filter:\n      max_|len: 5\n', /Longest text.*No bound by default/],
    ['process:\n  - text_length_filter:\n      reversed_|range: true\n', /outside the bounds.*Default: false/],
    ['process:\n  - text_|length_filter:\n      min_len: 5\n', /Keeps samples whose text length/],
    ['process:\n  - text_|length_filter\n', /Keeps samples whose text length/],
    ['process:\n  - specified_field_filter:\n      target_|value: [1]\n', /\w/],
    ['checkpoint:\n  n_|ops: 3\n', /after so many operators.*Default: 5/],
    ['use_|cache: true\n', /no effect/],
    ['process:\n  - image_|face_count_filter: {}\n', /decodes images/],
  ])('%j tells what it is and what it is by default', async (text, told) => {
    expect(await server.hover(text)).toMatch(told)
  })
})

describe('mistakes in a recipe', () => {
  it.each([
    ['process:\n  - text_length_filter:\n      min_lne: 5\n', '3: Property min_lne is not allowed.'],
    ['process:\n  - text_lenght_filter:\n      min_len: 5\n', '2: Property text_lenght_filter is not allowed.'],
    ['process:\n  - text_lenght_filter\n', '2: There is no operator of this name; `pawl ops` lists them.'],
    ['process:\n  - text_length_filter: {min_len: abc}\n', '2: Incorrect type. Expected one of integer, null.'],
    ['dataset_pth: a.jsonl\n', '1: Property dataset_pth is not allowed.'],
  ])('%j is underlined', async (text, message) => {
    expect(await messages(text)).toEqual([message])
  })

  it.each([
    'process:\n  - image_face_count_filter:\n      max_size: 3\n  - clean_email_mapper\n',
    'process:\n  - image_face_count_filter\n',
    'process:\n  - image_face_count_filter:\n',
  ])('%j is explained where the name stands', async text => {
    expect(await messages(text)).toEqual([`2: ${catalog.unsupported.get('image_face_count_filter')?.message}`])
  })

  it('are not seen where there are none', async () => {
    const filter = '{field_key: a, target_value: [1, b]}'
    expect(
      await messages(
        `dataset_path: [a, b]\nopen_monitor: true\npartition: {mode: manual, partitions_per_node: 2}\n` +
          `process:\n  - clean_links_mapper\n  - words_num_filter:\n  - specified_field_filter: ${filter}\n`,
      ),
    ).toEqual([])
  })
})

describe('the schema', () => {
  it('refers to nothing that is not at its top', () => {
    const text = JSON.stringify(schema)
    const referred = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, path]) => path)
    expect(referred.length).toBeGreaterThan(0)
    const defs = schema['$defs'] as Record<string, unknown>
    for (const path of referred) expect(Object.keys(defs).map(name => `#/$defs/${name}`)).toContain(path)
    expect(text.match(/"\$defs"/g)).toHaveLength(1)
  })
})

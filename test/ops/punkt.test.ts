import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Sample } from '../../src/core/sample.js'
import { createCatalog } from '../../src/ops/catalog.js'

/** A model of a few words, made for these tests. */
const modelFolder = join(import.meta.dirname, 'fixtures/punkt_tab')

async function splitter(params: Readonly<Record<string, unknown>>) {
  const definition = await createCatalog().load('sentence_split_mapper')
  const operator = await definition.create(definition.params.parse(params), { textKey: 'text', seed: 1 })
  return {
    identity: operator.identity,
    split: async (text: string) => {
      const sample = Sample.of({ text })
      if (operator.kind === 'mapper') await operator.map?.(sample)
      return sample.text('text')
    },
  }
}

function writeModel(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-punkt-'))
  mkdirSync(join(folder, 'english'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, 'english', name), content)
  return folder
}

const files = {
  'abbrev_types.txt': 'dr\r\nmt',
  'collocations.tab': 'st\tandrews\n',
  'sent_starters.txt': 'the',
  'ortho_context.tab': 'the\t118',
}

test('with a model, sentences end where NLTK 3.10.3 ends them', async () => {
  const { split } = await splitter({ punkt_dir: modelFolder })
  const lines = readFileSync(join(import.meta.dirname, 'fixtures/punkt-cases.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  for (const line of lines) {
    const { text, sentences } = JSON.parse(line)
    expect(await split(text)).toBe(sentences)
  }
  expect(lines.length).toBe(250)
})

test('another model is another identity, and none is none', async () => {
  const [one, same, other] = await Promise.all(
    [files, files, { ...files, 'abbrev_types.txt': 'dr' }].map(each => splitter({ punkt_dir: writeModel(each) })),
  )
  expect(one.identity).toBe(same.identity)
  expect(one.identity).not.toBe(other.identity)
  expect((await splitter({})).identity).toBeUndefined()
  expect(await one.split('Mt. Ness is low. The tide is not.')).toBe('Mt. Ness is low.\nThe tide is not.')
})

test('a model that cannot be read is refused with its place', async () => {
  await expect(splitter({ punkt_dir: '/nowhere' })).rejects.toThrow(
    '/nowhere/english/abbrev_types.txt cannot be read (ENOENT); punkt_dir is the folder punkt_tab',
  )
  await expect(splitter({ punkt_dir: modelFolder, lang: 'zh' })).rejects.toThrow(
    'there is no Punkt model for lang "zh"; there are cs, da, de',
  )
  const folder = writeModel({ ...files, 'ortho_context.tab': 'the\t118\nhe: 4' })
  await expect(splitter({ punkt_dir: folder })).rejects.toThrow(
    'english/ortho_context.tab:2: expected a word, a tab and a number, found "he: 4"',
  )
})

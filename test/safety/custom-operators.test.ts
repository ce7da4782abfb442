import { spawnSync } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Lab } from './lab.js'

const mapper = (body: string) => `
import { defineMapper } from 'pawl'
export default defineMapper({ name: 'odd_mapper', summary: 'Odd.', params: {}, create: (_, { textKey }) => ({
  map(sample) { if (sample.text(textKey) !== 'bad') return; ${body} } }) })`

const filter = (body: string) => `
import { defineFilter } from 'pawl'
export default defineFilter({ name: 'odd_filter', summary: 'Odd.', params: {}, stats: ['x'], create: (_, { textKey }) => ({
  computeStats(sample) { sample.stats.x = 1; if (sample.text(textKey) === 'bad') ${body} }, keep: () => true }) })`

/** Runs the odd operator over three samples, the second of which is bad. */
async function runOdd(source: string, name = 'odd_mapper'): Promise<{ lab: Lab; message: string | undefined }> {
  const lab = new Lab()
  lab.writeTexts('data/a.jsonl', ['one', 'bad', 'two'])
  lab.write('op.mjs', source)
  const { error } = await lab.run({ np: 1, custom_operator_paths: lab.path('op.mjs'), process: [name] })
  return { lab, message: error?.message }
}

describe('what a custom operator throws or sets', () => {
  it.each([
    ['null is thrown', 'throw null'],
    ['an error that cannot be shown', "throw { toString() { throw new Error('no') } }"],
    [
      'an error whose message throws',
      "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { throw 1 } }); throw e",
    ],
    ['a BigInt', "sample.set('x', 1n)"],
    ['a cycle', "const o = {}; o.o = o; sample.set('x', o)"],
    ['a function', "sample.set('x', () => 1)"],
    ['a symbol in a list', "sample.set('x', [Symbol('s')])"],
    ['a date', "sample.set('x', new Date())"],
    ['very deep lists', "let o = 1; for (let i = 0; i < 200000; i++) o = [o]; sample.set('x', o)"],
    ['a toJSON that throws', "sample.set('x', { toJSON() { throw new Error('no') } })"],
    ['a BigInt among statistics', 'sample.stats.x = 1n'],
  ])('costs that sample alone: %s', async (what, body) => {
    const isFilter = what.includes('statistics')
    const name = isFilter ? 'odd_filter' : 'odd_mapper'
    const { lab, message } = await runOdd(isFilter ? filter(body) : mapper(body), name)
    expect(message).toBeUndefined()
    expect(lab.texts()).toEqual(['one', 'two'])
    const [entry] = lab.read('jobs/job/quarantine/quarantine.jsonl').trimEnd().split('\n')
    expect(JSON.parse(entry)).toMatchObject({ operator: name, sample: '{"text":"bad"}' })
  })
})

describe('a custom module', () => {
  it.each([
    [
      'ends the process while it is loaded',
      'process.exit(0)',
      /called process\.exit\(0\): an operator may not end the program/,
    ],
    [
      'has an operator without map',
      mapper('').replace('map(sample)', 'nap(sample)'),
      /create of odd_mapper must return an object with a method map or mapBatch/,
    ],
    [
      'has an operator of a name that is there',
      mapper('').replace('odd_mapper', 'clean_links_mapper'),
      /an operator named clean_links_mapper already/,
    ],
  ])('is refused where it %s', async (_, source, expected) => {
    expect((await runOdd(source)).message).toMatch(expected)
  })

  it('may ask for other modules from where it lies', async () => {
    const source = `import { createRequire } from 'node:module'\nconst { word } = createRequire(import.meta.url)('./word.cjs')\n${mapper('sample.setText(textKey, word)')}`
    const lab = new Lab()
    lab.write('word.cjs', "module.exports = { word: 'found' }")
    lab.writeTexts('data/a.jsonl', ['bad'])
    lab.write('op.mjs', source)
    const { error } = await lab.run({ np: 1, custom_operator_paths: lab.path('op.mjs'), process: ['odd_mapper'] })
    expect(error).toBeUndefined()
    expect(lab.texts()).toEqual(['found'])
  })
})

describe('the command line', () => {
  it('finishes its work when nobody can be told of it any more', () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['one', 'two'])
    const args = [resolve('dist', 'cli', 'main.js'), 'run', '--dataset_path', 'data', '--export_path', 'out/r.jsonl']
    const { status } = spawnSync(process.execPath, args, {
      cwd: lab.folder,
      stdio: ['ignore', openSync('/dev/full', 'w'), 'ignore'],
    })
    expect(status).toBe(0)
    expect(readFileSync(lab.path('out/r.jsonl'), 'utf8')).toBe('{"text":"one"}\n{"text":"two"}\n')
  })

  it.each(['[]', '""', 'a..b'])('refuses text_keys %s, which names no field', async keys => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['one'])
    const { error } = await lab.run({ text_keys: keys === '[]' ? [] : keys.replaceAll('"', '') })
    expect(error?.message).toContain('names at least one field')
  })
})

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SourceSpec } from '../../src/core/pipeline-spec.js'
import { heldOf, heldOfLine, lineOfHeld, sourceOf } from '../../src/engine/pipeline/held-source.js'
import { digestOfSources, readPinned, writePinned } from '../../src/engine/pipeline/pinned-sources.js'
import { lineOf, sourceOfLine } from '../../src/engine/pipeline/source-line.js'
import { SourceList } from '../../src/engine/pipeline/source-list.js'
import { JobDirectory } from '../../src/state/job-directory.js'
import { Roots } from '../../src/util/roots.js'
import { PipelineRig, pawl } from './rig.js'

const text = fc.string({ unit: 'grapheme', maxLength: 8 })
const stamped = fc.array(fc.record({ path: text.map(each => `/data/${each}`), stamp: text }), { maxLength: 3 })
const metadata = fc.dictionary(text, fc.oneof(text, fc.integer()), { maxKeys: 2 })
const group = fc
  .record({
    id: text,
    name: text,
    files: stamped,
    datasetName: text,
    metadata,
    isRelative: fc.boolean(),
    ranged: fc.boolean(),
  })
  .map(({ id, name, files, datasetName, metadata, isRelative, ranged }): SourceSpec => {
    const paths = files.map(({ path }) => (isRelative ? path.slice(1) : path))
    const places = files.map(({ path }) => path.slice('/data/'.length))
    const data = { paths, places, range: ranged ? { kind: 'lines', start: 0, end: 7 } : null }
    return { id, name, files, digest: undefined, task: { id, type: 'FileGroupTask', datasetName, metadata, data } }
  })
const other = fc
  .record({ id: text, name: text, data: fc.option(fc.jsonValue()), metadata })
  .map(({ id, name, data, metadata }): SourceSpec => {
    const task = { id, type: 'Own', datasetName: '', metadata, ...(data === null ? {} : { data }) }
    return { id, name, files: [], digest: undefined, task: JSON.parse(JSON.stringify(task)) }
  })
const sources = fc.uniqueArray(fc.oneof(group, other), { selector: ({ id }) => id, maxLength: 6 })

function listOf(specs: readonly SourceSpec[], before?: SourceList): SourceList {
  const list = new SourceList(before)
  for (const spec of specs) list.add(spec)
  return list
}

describe('pinned sources', () => {
  it('a line says all of a source, and so does what is held of it', () => {
    fc.assert(
      fc.property(fc.oneof(group, other), source => {
        expect(sourceOfLine(lineOf(source))).toEqual(source)
        expect(sourceOf(heldOf(source))).toEqual(source)
        expect(lineOfHeld(heldOf(source))).toBe(lineOf(source))
        expect(heldOfLine(lineOf(source))).toBe(heldOf(source))
      }),
    )
  })

  it('are read as they were pinned, below whatever roots, and told from others by one digest', () => {
    const rig = new PipelineRig()
    rig.write('state/partitions/x', '')
    const roots = fc.constantFrom(Roots.none, Roots.named({ data: '/data' }))
    fc.assert(
      fc.property(sources, sources, roots, (some, others, named) => {
        const directory = new JobDirectory(rig.path('state'), named)
        writePinned(directory, { tag: 'abc', sources: listOf(some) }, 'here-1-00000000')
        const found = readPinned(directory)
        if (found.kind !== 'read') throw new Error(found.kind)
        const { content } = found
        expect([...content.sources]).toEqual(some)
        const digestOf = (specs: readonly SourceSpec[]) =>
          digestOfSources(directory, { tag: 'abc', sources: listOf(specs, content.sources) }, content)
        expect(digestOf(some)).toBe(content.digest)
        expect(digestOf(others) === content.digest).toBe(JSON.stringify(others) === JSON.stringify(some))
        expect(content.sources.groups).toBe(listOf(some).groups)
      }),
    )
  })

  it('are damaged, and never anything else, once a byte of them is another or missing', () => {
    const rig = new PipelineRig()
    rig.write('state/partitions/x', '')
    const directory = new JobDirectory(rig.path('state'), Roots.none)
    const specs = fc.sample(group, { numRuns: 5, seed: 1 }).map((spec, n) => ({ ...spec, id: `id ${n}` }))
    writePinned(directory, { tag: 'abc', sources: listOf(specs) }, 'here-1-00000000')
    const path = rig.path('state/partitions/cut.jsonl')
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at] ^= 1 << (at % 7)
      writeFileSync(path, bytes)
      expect(readPinned(directory), `byte ${at}`).toMatchObject({ kind: 'damaged' })
      writeFileSync(path, whole.subarray(0, at))
      expect(readPinned(directory), `first ${at} bytes`).toMatchObject({ kind: 'damaged' })
    }
    writeFileSync(path, Buffer.concat([whole, whole]))
    expect(readPinned(directory)).toMatchObject({ kind: 'damaged' })
    rmSync(path)
    expect(readPinned(directory)).toEqual({ kind: 'absent' })
  })

  it('that are damaged are told by their name, set aside and listed anew, and nothing is done twice', async () => {
    const rig = new PipelineRig()
    rig.writeDocuments('in/a.jsonl', 3)
    rig.writeDocuments('in/b.jsonl', 2)
    const run = (warnings: string[] = []) =>
      new pawl.Pipeline({ name: 'pinned' })
        .addStage(new pawl.JsonlReader({ filePaths: rig.path('in') }))
        .addStage(new pawl.JsonlWriter({ path: rig.path('out') }))
        .run({ checkpointPath: rig.path('state'), workers: 1, onWarning: message => warnings.push(message) })
    await run()
    const path = rig.path('state/partitions/cut.jsonl')
    const whole = readFileSync(path, 'utf8')
    writeFileSync(path, whole.replace('a.jsonl', 'x.jsonl'))
    const warnings: string[] = []
    expect(await run(warnings)).toMatchObject({ complete: 2, wasComplete: true })
    expect(warnings.join('\n')).toContain('partitions/cut.jsonl is not as it was written: it was moved to')
    expect(readdirSync(rig.path('state/partitions')).filter(name => name.includes('damaged'))).toHaveLength(1)
    const sources = (of: string) => of.split('\n').slice(1, -2)
    expect(sources(readFileSync(path, 'utf8'))).toEqual(sources(whole))
  })

  it('that are groups of files stay together where each file would be a source now, and a new file is one', async () => {
    const rig = new PipelineRig()
    for (const name of ['a', 'b', 'c']) rig.writeDocuments(`in/${name}.jsonl`, 2)
    const run = (options: object) =>
      new pawl.Pipeline({ name: 'groups' })
        .addStage(new pawl.JsonlReader({ filePaths: rig.path('in'), ...options }))
        .addStage(new pawl.JsonlWriter({ path: rig.path('out') }))
        .run({ checkpointPath: rig.path('state'), workers: 1 })
    await run({ filesPerPartition: 2 })
    const before = rig.read('out')
    rig.writeDocuments('in/d.jsonl', 2)
    expect(await run({})).toMatchObject({ complete: 3 })
    const { 'd.jsonl': added, ...others } = rig.read('out')
    expect(others).toEqual(before)
    expect(added).toContain('d.jsonl-0')
  })

  it('of format 4 are gone on with: the same sources, names and tag, and nothing is done again', async () => {
    const rig = new PipelineRig()
    for (const file of readFileSync('test/pipeline/format-4.txt', 'utf8').split(/^=== /m).slice(1)) {
      const end = file.indexOf('\n')
      rig.write(file.slice(0, end), file.slice(end + 1))
    }
    rig.write(
      'run.mjs',
      `import { JsonlReader, JsonlWriter, Pipeline } from 'pawl'
const { complete, wasComplete } = await new Pipeline({ name: 'before' }).addStage(new JsonlReader({ filePaths: 'input' }))
  .addStage(new JsonlWriter({ path: 'output', mode: 'append' })).run({ checkpointPath: 'state', workers: 1 })
console.log(JSON.stringify({ complete, wasComplete }))
`,
    )
    const before = rig.read('output')
    const ledger = () => Object.values(rig.read('state/metadata/ledger')).join('')
    expect((await rig.start('run.mjs').ended).stdout).toContain('"complete":2')
    expect(rig.read('output')).toEqual(before)
    expect(ledger().match(/"kind":"stages"/g)).toHaveLength(2)
    expect(readFileSync(rig.path('state/metadata/format'), 'utf8')).toMatch(/^5 /)
    expect(existsSync(join(rig.path('state'), 'partitions/cut.json'))).toBe(false)
    const pinned = readFileSync(rig.path('state/partitions/cut.jsonl'), 'utf8')
    expect(pinned).toContain('"tag":"1db12d10"')
    expect((await rig.start('run.mjs').ended).stdout).toContain('{"complete":2,"wasComplete":true}')
    expect(readFileSync(rig.path('state/partitions/cut.jsonl'), 'utf8')).toBe(pinned)
  })
})

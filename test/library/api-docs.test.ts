import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../src/core/error-codes.js'
import { JobRig } from '../rig-job.js'

const run = promisify(execFile)
const page = readFileSync(resolve('docs', 'api.md'), 'utf8')

/** The examples of the page, each with the function that it stands under. */
const shown = page.split(/^### /m).flatMap(section => {
  const [, name] = /^(\w+)\n/.exec(section) ?? []
  const [, code] = /^```ts\n(import[\s\S]*?)^```$/m.exec(section) ?? []
  return name === undefined || code === undefined ? [] : [[name, code] as const]
})

/** A project that has Pawl installed, and a little data. */
function makeProject(): JobRig {
  const rig = new JobRig()
  rig.write('package.json', '{"type":"module"}')
  mkdirSync(rig.path('node_modules'))
  mkdirSync(rig.path('scratch'))
  symlinkSync(resolve('.'), rig.path('node_modules', 'pawl'))
  rig.writeLines('data.jsonl', [
    { text: 'a text to begin with', title: 'one' },
    { text: 'short', title: 'two' },
  ])
  return rig
}

describe('the examples of docs/api.md', () => {
  it('show every function', () => {
    const functions = [...page.matchAll(/^### ([a-z]\w+)$/gm)].map(([, name]) => name)
    expect(functions.length).toBeGreaterThan(10)
    expect(shown.map(([name]) => name)).toEqual(functions)
  })

  it.each(shown)('%s: runs', async (_, code) => {
    const rig = makeProject()
    const { code: plain } = await transform(code, { loader: 'ts', format: 'esm' })
    rig.write('example.mjs', plain)
    await expect(run(process.execPath, ['example.mjs'], { cwd: rig.folder })).resolves.toMatchObject({ stderr: '' })
  })

  it('compile, all of them', async () => {
    const rig = makeProject()
    for (const [name, code] of shown) rig.write(`${name}.ts`, code)
    const compilerOptions = {
      ...{ strict: true, noEmit: true, module: 'nodenext', target: 'es2022', skipLibCheck: true },
      ...{ typeRoots: [resolve('node_modules', '@types')], types: ['node'] },
    }
    writeFileSync(rig.path('tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    const tsc = resolve('node_modules', 'typescript', 'bin', 'tsc')
    const { stdout } = await run(process.execPath, [tsc, '-p', rig.folder]).catch(error => error)
    expect(stdout).toBe('')
  })
})

describe('the codes of errors', () => {
  it('are all in docs/api.md, those that the sources throw among them', () => {
    const known = new Set(
      Object.values(errorCodes).flatMap(codes => Object.keys(codes).flatMap(code => code.split(', '))),
    )
    const sources = readdirSync(resolve('src'), { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.ts'),
    )
    const thrown = sources.flatMap(name => {
      const text = readFileSync(join('src', name), 'utf8')
      const pattern =
        /(?:new (?:JobFailure|InputError|SampleError)\(\s*|UnitFailure\(\{ code: |readonly code = )'(\w+)'/g
      return [...text.matchAll(pattern)].map(([, code]) => code)
    })
    expect(new Set(thrown).size).toBeGreaterThan(15)
    expect([...new Set(thrown)].filter(code => !known.has(code))).toEqual([])
    for (const code of known) if (code !== '…') expect(page).toContain(`\`${code}\``)
  })
})

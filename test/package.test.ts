import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const installMs = 280_000

/** Runs a command and gives what it printed; fails where it failed. */
function run(cwd: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: installMs })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`)
  return stdout
}

describe('the packed package, installed into an empty project', () => {
  let project: string

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'pawl-package-'))
    // The build that the other tests use goes in as it stands.
    run(resolve('.'), 'npm', ['pack', '--ignore-scripts', '--pack-destination', project])
    const [tarball] = readdirSync(project)
    writeFileSync(join(project, 'package.json'), '{"name":"empty","private":true,"type":"module"}')
    run(project, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`])
  }, installMs)

  afterAll(() => rmSync(project, { recursive: true, force: true }))

  it('holds program, types, documents and examples, and no sources or tests', () => {
    const root = join(project, 'node_modules', 'pawl')
    for (const name of [
      'dist/cli/main.js',
      'dist/index.d.ts',
      'docs/recipes.md',
      'examples/quickstart.yaml',
      'examples/custom-operators/operators.ts',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
    ])
      expect([name, existsSync(join(root, name))]).toEqual([name, true])
    for (const name of ['src', 'test', 'bench', 'scripts'])
      expect([name, existsSync(join(root, name))]).toEqual([name, false])
  })

  it('runs its quickstart', () => {
    // The recipe names its input from where it is run.
    const stdout = run(project, 'npx', [
      ...['pawl', 'run', '--config', 'node_modules/pawl/examples/quickstart.yaml'],
      ...['--dataset_path', 'node_modules/pawl/examples/quickstart'],
    ])
    expect(stdout).toContain('Starting quickstart: 11 operators over 8 partitions')
    const rows = readFileSync(join(project, 'outputs', 'quickstart', 'curated.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
    expect(rows.length).toBeGreaterThan(2000)
  })

  it('runs as a library, with an operator of the project', () => {
    writeFileSync(join(project, 'data.jsonl'), '{"text":"one"}\n{"text":"two"}\n')
    writeFileSync(
      join(project, 'shout.ts'),
      `import { defineMapper } from 'pawl'
export default defineMapper({
  name: 'shout_mapper',
  summary: 'Turns the text to upper case.',
  params: {},
  create: (_, { textKey }) => ({ map: sample => sample.setText(textKey, sample.text(textKey).toUpperCase()) }),
})\n`,
    )
    writeFileSync(
      join(project, 'library.mjs'),
      `import { openRecipe, runRecipe } from 'pawl'
const settings = ['--dataset_path', 'data.jsonl', '--export_path', 'out/result.jsonl', '--np', '1',
  '--custom_operator_paths', 'shout.ts', '--process', '[shout_mapper]']
const { samplesOut } = await runRecipe(await openRecipe(undefined, settings))
console.log(samplesOut)\n`,
    )
    expect(run(project, 'node', ['library.mjs'])).toBe('2\n')
    expect(readFileSync(join(project, 'out', 'result.jsonl'), 'utf8')).toBe('{"text":"ONE"}\n{"text":"TWO"}\n')
  })

  it('has types that a strict project can use', () => {
    writeFileSync(
      join(project, 'library.ts'),
      `import { defineFilter, openRecipe, type RunReport, runRecipe, z } from 'pawl'
export const report: Promise<RunReport> = openRecipe('recipe.yaml').then(open => runRecipe(open))
export const filter = defineFilter({
  name: 'x_filter', summary: '', params: { most: z.number().default(3) }, stats: ['x'],
  create: ({ most }) => ({ keep: sample => Number(sample.stats['x']) <= most }),
})
// @ts-expect-error a report has no such field
export const wrong = report.then(({ nothing }) => nothing)\n`,
    )
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck']
    const types = ['--typeRoots', resolve('node_modules', '@types'), '--types', 'node']
    run(project, resolve('node_modules', '.bin', 'tsc'), [...options, ...types, 'library.ts'])
  })
})

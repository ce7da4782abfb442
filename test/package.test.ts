import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
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
      'dist/execution/ray/driver.py',
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
      `import { runRecipe } from 'pawl'
const { samplesOut } = await runRecipe({
  dataset_path: 'data.jsonl',
  export_path: 'out/result.jsonl',
  np: 1,
  custom_operator_paths: 'shout.ts',
  process: ['shout_mapper'],
})
console.log(samplesOut)\n`,
    )
    expect(run(project, 'node', ['library.mjs'])).toBe('2\n')
    expect(readFileSync(join(project, 'out', 'result.jsonl'), 'utf8')).toBe('{"text":"ONE"}\n{"text":"TWO"}\n')
  })

  it('runs without the packages that few operators need, and names the one that is missing before any work', () => {
    writeFileSync(join(project, 'picture.png'), 'no picture, and as long as it is')
    writeFileSync(join(project, 'pictures.jsonl'), '{"text":"one","images":["picture.png"]}\n')
    const validate = (operator: string) => {
      const recipe = { dataset_path: 'pictures.jsonl', export_path: 'pictures-out/a.jsonl', process: [operator] }
      writeFileSync(join(project, 'pictures.yaml'), JSON.stringify(recipe))
      return spawnSync('npx', ['pawl', 'run', '--config', 'pictures.yaml'], { cwd: project, encoding: 'utf8' })
    }
    const refused = validate('image_shape_filter')
    expect(refused.status).toBe(2)
    expect(refused.stderr).toMatch(/image_shape_filter: it needs the package image-size.*npm install image-size@\d/)
    expect(existsSync(join(project, 'pictures-out'))).toBe(false)
    expect(validate('image_size_filter').status).toBe(0)
  })

  it('has types that a strict project compiles with, and without those of Node', () => {
    writeFileSync(
      join(project, 'library.ts'),
      `import { analyzeRecipe, defineFilter, defineRecipe, openRecipe, planRecipe, type RunReport, runRecipe, z } from 'pawl'
declare module 'pawl' {
  interface OperatorParams { shout_mapper: { loud?: boolean } }
}
const recipe = defineRecipe({
  dataset_path: 'data.jsonl',
  use_cache: true,
  checkpoint: { strategy: 'every_op' },
  process: ['clean_links_mapper', { text_length_filter: { min_len: 3 } }, { shout_mapper: { loud: true } }, { clean_email_mapper: null }],
})
export const report: Promise<RunReport> = runRecipe(recipe)
export const again = runRecipe(await openRecipe('recipe.yaml'))
for await (const { share } of again) share.toFixed()
export const [plan, analysis] = [planRecipe(recipe), analyzeRecipe(recipe)]
export const filter = defineFilter({
  name: 'x_filter', summary: '', params: { most: z.number().default(3) }, stats: ['x'],
  create: ({ most }) => ({ keep: sample => Number(sample.stats['x']) <= most }),
})
// @ts-expect-error a report has no such field
export const wrong = report.then(({ nothing }) => nothing)
// @ts-expect-error there is no such operator
defineRecipe({ process: ['text_lenght_filter'] })
// @ts-expect-error there is no such operator
defineRecipe({ process: [{ text_lenght_filter: { min_len: 3 } }] })
// @ts-expect-error there is no such parameter
defineRecipe({ process: [{ text_length_filter: { min_lne: 3 } }] })
// @ts-expect-error a parameter is of another type
defineRecipe({ process: [{ text_length_filter: { min_len: '3' } }] })
// @ts-expect-error two operators in one entry
defineRecipe({ process: [{ text_length_filter: {}, clean_email_mapper: {} }] })
// @ts-expect-error there is no such key
defineRecipe({ dataset_pth: 'data.jsonl' })
// @ts-expect-error there is no such strategy
defineRecipe({ checkpoint: { strategy: 'every' } })\n`,
    )
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false },
      ...{ target: 'es2022', module: 'nodenext', types: [] },
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['library.ts'] }))
    // A package that Pawl uses brings them, which a project cannot rely on.
    rmSync(join(project, 'node_modules', '@types'), { recursive: true, force: true })
    run(project, resolve('node_modules', '.bin', 'tsc'), ['-p', '.'])
  })

  it('exports every type that its types name', () => {
    const types = readFileSync(join(project, 'node_modules', 'pawl', 'dist', 'index.d.ts'), 'utf8')
    const declared = [...types.matchAll(/^(?:declare )?(?:interface|type|class|const|function) (\w+)/gm)]
    const exported = new Set(
      [...types.matchAll(/^export (?:type )?\{(.*)\}/gm)].flatMap(([, names]) => names.split(/\W+/)),
    )
    expect(declared.length).toBeGreaterThan(100)
    expect(declared.map(([, name]) => name).filter(name => !exported.has(name))).toEqual([])
  })

  it('completes operators and their parameters in an editor', () => {
    const completed = (before: string) => completionsAt(join(project, 'edited.ts'), before)
    const start = "import { defineRecipe } from 'pawl'\ndefineRecipe({ process: ["
    expect(completed(`${start}'`)).toContain('text_length_filter')
    expect(completed(`${start}{ `)).toEqual(expect.arrayContaining(['text_length_filter', 'document_deduplicator']))
    const params = completed(`${start}{ text_length_filter: { `)
    expect(params).toEqual(expect.arrayContaining(['min_len', 'max_len', 'text_key']))
    expect(params).not.toContain('min_num')
  })
})

/** What TypeScript offers at the end of a file that is being written. */
function completionsAt(file: string, content: string): string[] {
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, types: [] }
  const service = ts.createLanguageService({
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: path => {
      const text = path === file ? content : ts.sys.readFile(path)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => dirname(file),
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: path => path === file || ts.sys.fileExists(path),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  })
  return service.getCompletionsAtPosition(file, content.length, {})?.entries.map(({ name }) => name) ?? []
}

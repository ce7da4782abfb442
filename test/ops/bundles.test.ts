import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bundleCustomModules, bundleName } from '../../src/ops/custom/bundle-custom.js'
import { loadCustomOperators } from '../../src/ops/custom/load-custom.js'

const code = `import { defineMapper } from 'pawl'
export default defineMapper({ name: 'own_mapper', summary: 'Own.', params: {}, create: () => ({ map() {} }) })
`

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'pawl-bundles-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

async function bundle(at: string) {
  writeFileSync(join(at, 'own.mjs'), code)
  const [made] = await bundleCustomModules([join(at, 'own.mjs')])
  return made
}

it('a module is known by what it holds, wherever it lies and whoever bundles it from where', async () => {
  const here = process.cwd()
  const first = await bundle(folder())
  const other = folder()
  try {
    process.chdir(other)
    expect((await bundle(other)).identity).toBe(first.identity)
  } finally {
    process.chdir(here)
  }
})

it('a bundle of a host that has Pawl at another place takes the Pawl that runs here, and has a name of its own', async () => {
  const at = folder()
  const made = await bundle(at)
  const there = { ...made, code: made.code.replaceAll(resolve('dist'), '/elsewhere/pawl/dist') }
  expect(there.code).toContain('file:///elsewhere/pawl/dist/index.js')
  expect(bundleName(there)).not.toBe(bundleName(made))
  const path = join(at, bundleName(there))
  writeFileSync(path, there.code)
  const [operator] = await loadCustomOperators([path])
  expect(operator.name).toBe('own_mapper')
  expect(readFileSync(path, 'utf8')).toBe(there.code)
})

/** A project of a user's: its files, by their paths. */
function project(files: Readonly<Record<string, string>>): string {
  const at = realpathSync(folder())
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(at, name)), { recursive: true })
    writeFileSync(join(at, name), content)
  }
  return at
}

/** A module with one operator, whose summary is what an expression gives. */
const saying = (imports: string, expression: string) => `import { defineMapper } from 'pawl'
${imports}
export default defineMapper({ name: 'own_mapper', summary: ${expression}, params: {}, create: () => ({ map() {} }) })
`

async function made(at: string, name = 'own.mjs') {
  const [bundled] = await bundleCustomModules([join(at, name)])
  const path = join(at, bundleName(bundled))
  writeFileSync(path, bundled.code)
  return { ...bundled, path, load: async () => (await loadCustomOperators([path]))[0].summary }
}

/** What a bundle says where nothing but Node loads it. */
function summaryInNode(path: string): string {
  const script = `console.log((await import(${JSON.stringify(pathToFileURL(path).href)})).default.summary)`
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim()
}

async function within<T>(at: string, work: () => Promise<T>): Promise<T> {
  const here = process.cwd()
  process.chdir(at)
  try {
    return await work()
  } finally {
    process.chdir(here)
  }
}

const plainPackages = {
  'node_modules/flat/package.json': '{"name":"flat","version":"1.0.0","type":"module","exports":"./index.js"}',
  'node_modules/flat/index.js': "import older from 'older'\nexport const word = 'flat ' + older.word\n",
  'node_modules/older/package.json': '{"name":"older","version":"1.0.0","main":"lib/index.js"}',
  'node_modules/older/lib/index.js': "exports.word = require('node:path').basename('/a/older')\n",
}

const placed = {
  'node_modules/placed/package.json': '{"name":"placed","version":"1.0.0"}',
  'node_modules/placed/index.js':
    "exports.word = require('node:fs').readFileSync(require('node:path').join(__dirname, 'word.txt'), 'utf8')\n",
  'node_modules/placed/word.txt': 'from its folder',
}

describe('packages that a module imports', () => {
  it('are part of its bundle where they are nothing but code, so that a host without them loads it', async () => {
    const at = project({ ...plainPackages, 'own.mjs': saying("import { word } from 'flat'", 'word') })
    const bundled = await made(at)
    renameSync(join(at, 'node_modules'), join(at, 'gone'))
    expect(await bundled.load()).toBe('flat older')
  })

  it.each([
    ['import', "import { word } from 'placed'"],
    ['require in a package that is in the bundle', "import { word } from 'asking'"],
  ])('stay where they are when they read their own files, and are looked for on each host: %s', async (_, imports) => {
    const asking = {
      'node_modules/asking/package.json': '{"name":"asking","version":"1.0.0"}',
      'node_modules/asking/index.js': "exports.word = require('placed').word\n",
    }
    const at = project({ ...placed, ...asking, 'own.mjs': saying(imports, 'word') })
    const bundled = await made(at)
    expect(await bundled.load()).toBe('from its folder')
    const other = project({})
    cpSync(join(at, 'node_modules'), join(other, 'node_modules'), { recursive: true })
    writeFileSync(join(other, 'node_modules/placed/word.txt'), 'from another host')
    rmSync(join(at, 'node_modules'), { recursive: true })
    await expect(bundled.load()).rejects.toThrow(
      /the package placed holds native code or files of its own.*neither at .*node_modules\/placed\/index\.js.*npm install it there/,
    )
    expect(await within(other, () => bundled.load())).toBe('from another host')
  })

  it('with native code stay where they are', async () => {
    const at = project({
      'own.mjs': saying("import { compressSync } from 'snappy'", 'String(compressSync("a").length)'),
    })
    symlinkSync(resolve('node_modules'), join(at, 'node_modules'))
    const bundled = await made(at)
    expect(await bundled.load()).toBe('3')
    expect(bundled.code.length).toBeLessThan(4_000)
  })

  it('with code that cannot be bundled stay where they are', async () => {
    const broken = {
      'node_modules/broken/package.json': '{"name":"broken","version":"1.0.0"}',
      'node_modules/broken/index.js': "exports.word = 'works'\nexports.more = () => require('./data.odd')\n",
      'node_modules/broken/data.odd': 'no code',
    }
    const at = project({ ...broken, 'own.mjs': saying("import { word } from 'broken'", 'word') })
    expect(await (await made(at)).load()).toBe('works')
  })

  it('give their default export as Node does, whatever the module is called', async () => {
    const compiled = {
      'node_modules/compiled/package.json': '{"name":"compiled","version":"1.0.0"}',
      'node_modules/compiled/index.js':
        "Object.defineProperty(exports, '__esModule', { value: true })\nexports.default = { word: 'inner' }\nexports.word = 'outer'\n",
    }
    const source = saying("import compiled from 'compiled'", 'compiled.word')
    const at = project({ ...compiled, 'own.mjs': source, 'own.ts': source, 'own.js': source })
    for (const name of ['own.mjs', 'own.ts', 'own.js'])
      expect(summaryInNode((await made(at, name)).path), name).toBe('outer')
  })

  it('are told apart from files that a tsconfig gives such names', async () => {
    const at = project({
      'package.json': '{"name":"users","version":"1.0.0"}',
      'tsconfig.json': '{"compilerOptions":{"paths":{"@words/*":["./words/*"]}}}',
      'words/one.ts': "export const word: string = import.meta.url.length > 0 ? 'local' : ''\n",
      'own.ts': saying("import { word } from '@words/one'", 'word'),
    })
    expect(await (await made(at, 'own.ts')).load()).toBe('local')
  })

  it('identify a module by what they hold, however they are installed', async () => {
    const own = { 'own.mjs': saying("import { word } from 'flat'", 'word') }
    const flat = await made(project({ ...plainPackages, ...own }))
    const store = project({ ...own })
    for (const [name, content] of Object.entries(plainPackages)) {
      const path = join(store, name.replace(/^node_modules\/(\w+)/, 'node_modules/.store/$1@1/node_modules/$1'))
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
    }
    symlinkSync('.store/flat@1/node_modules/flat', join(store, 'node_modules/flat'))
    symlinkSync('../../older@1/node_modules/older', join(store, 'node_modules/.store/flat@1/node_modules/older'))
    expect((await made(store)).identity).toBe(flat.identity)
    const edited = project({ ...plainPackages, ...own, 'node_modules/older/lib/index.js': "exports.word = 'new'\n" })
    expect((await made(edited)).identity).not.toBe(flat.identity)
  })

  it('that stay outside identify a module by their versions and all of their files', async () => {
    const own = { 'own.mjs': saying("import { word } from 'placed'", 'word') }
    const deep = {
      ...placed,
      'node_modules/placed/index.js': `require('./deep.js')\n${placed['node_modules/placed/index.js']}`,
    }
    const identities = ['one', 'one', 'two'].map(async word => {
      const at = project({ ...deep, ...own, 'node_modules/placed/deep.js': `exports.word = '${word}'\n` })
      return (await made(at)).identity
    })
    const [first, same, other] = await Promise.all(identities)
    expect(same).toBe(first)
    expect(other).not.toBe(first)
  })
})

// Builds src into dist: type declarations by tsc, code by esbuild, which halves the time to start by loading a few
// files instead of hundreds. Runs on install (`prepare`), so that `npx pawl` works in a fresh checkout.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'

const root = fileURLToPath(new URL('..', import.meta.url))
rmSync(`${root}/dist`, { recursive: true, force: true })

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
await rollTypes()

// These are needed by every run; all other packages are loaded from node_modules when something asks for them.
const bundled = ['commander', 'fastest-levenshtein', 'picomatch', 'xxhash-wasm', 'yaml', 'zod']
const { dependencies, peerDependencies } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))

const shared = {
  absWorkingDir: root,
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  legalComments: 'linked',
  external: Object.keys({ ...dependencies, ...peerDependencies }).filter(name => !bundled.includes(name)),
  logLevel: 'warning',
}

await build({
  ...shared,
  entryPoints: ['src/index.ts', 'src/tooling.ts', 'src/cli/main.ts'],
  chunkNames: 'chunks/[name]-[hash]',
  // Packages in the older module format ask for Node's own modules by `require`.
  banner: {
    js: "import { createRequire as pawlRequire } from 'node:module'; const require = pawlRequire(import.meta.url);",
  },
})

// Workers are handed parameters that were checked: they build operators, and need no schemas.
await build({
  ...shared,
  entryPoints: ['src/execution/local/worker-main.ts'],
  chunkNames: 'chunks/worker/[name]-[hash]',
  plugins: [
    {
      name: 'no-schemas',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^zod$/ }, () => ({ path: `${root}/src/execution/local/no-schemas.ts` })),
    },
  ],
})
chmodSync(`${root}/dist/cli/main.js`, 0o755)
mkdirSync(`${root}/dist/execution/ray`)
copyFileSync(`${root}/src/execution/ray/driver.py`, `${root}/dist/execution/ray/driver.py`)
await writeTables()

/** Works out the tables that operators look characters up in, so that nobody has to wait for it later. */
async function writeTables() {
  const { builtTables, createCatalog } = await import(`${root}/dist/tooling.js`)
  const catalog = createCatalog()
  for (const name of catalog.names) await catalog.load(name)
  mkdirSync(`${root}/dist/tables`)
  for (const { name, build } of builtTables) writeFileSync(`${root}/dist/tables/${name}.bin`, build())
}

/** Puts the types of the public API into one file, so that a project compiles against them and nothing else. */
async function rollTypes() {
  const bundle = await rollup({ input: `${root}/dist/index.d.ts`, external: /^[^./]/, plugins: [dts()] })
  const { output } = await bundle.generate({ format: 'es' })
  await bundle.close()
  rmSync(`${root}/dist`, { recursive: true })
  mkdirSync(`${root}/dist`)
  writeFileSync(`${root}/dist/index.d.ts`, output[0].code)
}

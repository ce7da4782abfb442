import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
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

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect } from 'vitest'
import { defaultDist } from './rig.js'

/** A deliberate defect: a line of the built program replaced by another. */
export interface Mutant {
  readonly name: string
  readonly find: string | RegExp
  readonly replace: string
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Makes sure that the lines which mutants replace are still there, also of those that are not drawn. */
export function expectLines(mutants: readonly Mutant[]): void {
  const files = readdirSync(defaultDist, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js'))
  const texts = files.map(name => readFileSync(join(defaultDist, name), 'utf8'))
  const stale = mutants.filter(({ find }) => !texts.some(text => text.split(find).length > 1))
  expect(stale.map(({ name }) => name)).toEqual([])
}

/** A copy of the built program with one line replaced, which must be there exactly once in each file that has it. */
export function buildMutant({ find, replace }: Mutant): string {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-mutant-'))
  folders.push(folder)
  cpSync(defaultDist, join(folder, 'dist'), { recursive: true })
  cpSync(resolve('package.json'), join(folder, 'package.json'))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  const files = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.js'),
  )
  const holding = files
    .map(name => join(folder, 'dist', name))
    .filter(path => readFileSync(path, 'utf8').split(find).length > 1)
  // The program and its workers are bundled apart, so that a line may stand in both.
  expect(holding.length, `files that hold: ${find}`).toBeGreaterThan(0)
  for (const path of holding) {
    const code = readFileSync(path, 'utf8')
    expect(typeof find === 'string' ? code.split(find).length - 1 : code.match(new RegExp(find, 'g'))?.length).toBe(1)
    writeFileSync(path, code.replace(find, replace))
  }
  return join(folder, 'dist')
}

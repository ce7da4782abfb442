import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { takeAwayStaging } from '../../src/state/take-over.js'
import { newWriter, stagingPath, writerOf } from '../../src/util/staging.js'

it('what was taken away and is not gone yet is still its writer’s: who took it may die before anybody knows of them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-take-over-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [dead, stranger, taker] = [newWriter(), newWriter(), newWriter()]
  // A folder in a folder cannot be discarded, as a file cannot by who was killed in between.
  const staged = stagingPath(folder, dead, 'part')
  mkdirSync(join(staged, 'in', 'it'), { recursive: true })
  writeFileSync(stagingPath(folder, dead, 'file'), '')
  const other = stagingPath(folder, stranger, 'file')
  writeFileSync(other, '')
  takeAwayStaging({ writer: taker, isGone: () => true, own: [], shared: [folder], writers: new Set([dead]) })
  const names = readdirSync(folder)
  expect(names.map(writerOf).sort()).toEqual([dead, stranger].sort())
  expect(names).toContain(other.slice(folder.length + 1))
  // Its writer would not find it any more.
  expect(names).not.toContain(staged.slice(folder.length + 1))
})

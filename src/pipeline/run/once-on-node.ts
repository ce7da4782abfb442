import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sayError } from '../../execution/protocol/unit-failure.js'
import { linkNew } from '../../util/link-new.js'
import { hasEnded, identityOf, type ProcessIdentity } from '../../util/process-identity.js'
import { remove } from '../../util/remove.js'

const lookEveryMs = 50

/**
 * Does something once for all workers of a run on this node: the first to create a file does it, the others wait for its
 * word. One that ended without a word is followed by the next.
 *
 * @throws {Error} in all of them, where it failed
 */
export async function onceOnNode(folder: string, name: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const stem = join(folder, name.replace(/[^\w.-]/g, '_'))
  for (let number = 1; ; number++) {
    const path = `${stem}.${number}`
    if (createIfAbsent(path, JSON.stringify(identityOf(process.pid)))) return doAndTell(path, work)
    for (;;) {
      const word = readIfThere(`${path}.word`)
      if (word === 'done') return
      if (word !== undefined) throw new Error(word)
      if (hasHolderEnded(path)) break
      await delay(lookEveryMs)
    }
  }
}

async function doAndTell(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    writeFileSync(`${path}.word`, sayError(error) || 'it failed')
    throw error
  }
  writeFileSync(`${path}.word`, 'done')
}

/** The file is there with all of its content, or not at all. */
function createIfAbsent(path: string, content: string): boolean {
  const staged = `${path}.${process.pid}`
  writeFileSync(staged, content)
  try {
    return linkNew(staged, path)
  } finally {
    remove(staged)
  }
}

function hasHolderEnded(path: string): boolean {
  const text = readIfThere(path)
  if (text === undefined || text === '') return false
  return hasEnded(JSON.parse(text) as ProcessIdentity)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

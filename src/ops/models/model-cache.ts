import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { stampFile } from '../../util/file-stamp.js'

interface Kept {
  readonly stamp: string
  readonly value: unknown
}

const loaded = new Map<string, Kept>()

/** What is made of a file, made once in a process as long as the file stays as it is. */
function kept<T>(kind: string, link: string, make: () => T): T {
  const path = realpathSync(link)
  const stamp = stampFile(path)
  const key = `${kind} ${path}`
  const known = loaded.get(key)
  if (known?.stamp === stamp) return known.value as T
  const value = make()
  loaded.set(key, { stamp, value })
  return value
}

/**
 * A model that is read from a file once in a process, by all operators that need it.
 *
 * @throws {Error} naming the file, where it cannot be read
 */
export function loadModel<T>(kind: string, path: string, read: (path: string) => T): T {
  return kept(kind, path, () => {
    try {
      return read(path)
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`)
    }
  })
}

/** The SHA-256 of a file, for an operator's identity. */
export function digestOfModel(path: string): string {
  return kept('digest', path, () => {
    const hash = createHash('sha256')
    const block = Buffer.allocUnsafe(1 << 22)
    const fd = openSync(path, 'r')
    try {
      for (let count = readSync(fd, block); count > 0; count = readSync(fd, block))
        hash.update(block.subarray(0, count))
    } finally {
      closeSync(fd)
    }
    return hash.digest('hex')
  })
}

export function sizeOfModel(path: string): number {
  return statSync(path).size
}

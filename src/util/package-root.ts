import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Error(`${fileURLToPath(import.meta.url)} lies in no package`)
    folder = dirname(folder)
  }
  return folder
}

/** The folder of this package, wherever the build has put this module. */
export const packageRoot = findRoot()

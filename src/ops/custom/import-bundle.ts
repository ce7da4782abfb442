import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageRoot } from '../../util/package-root.js'

/** This package, which custom modules import operators' defining functions from. */
export const ownIndex: string = pathToFileURL(join(packageRoot, 'dist', 'index.js')).href

const head = /^\/\/ pawl at (file:\/\/\S+)\n/

/** Says in the first line of a bundle where the Pawl is that it imports. */
export function withOwnIndex(code: string): string {
  return `// pawl at ${ownIndex}\n${code}`
}

/** Imports a bundle that was made on this host or another: what it imports of Pawl is the Pawl that runs here. */
export async function importBundle(path: string): Promise<Readonly<Record<string, unknown>>> {
  const code = readFileSync(path, 'utf8')
  const made = head.exec(code)?.[1]
  if (made === undefined || made === ownIndex) return import(pathToFileURL(path).href)
  const here = code.replaceAll(JSON.stringify(made), JSON.stringify(ownIndex))
  return import(`data:text/javascript;base64,${Buffer.from(here).toString('base64')}`)
}

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { packageRoot } from '../../util/package-root.js'
import { resolveFrom, withBundler } from './bundler.js'
import type { OutsideImport } from './packages.js'

/** This package, which custom modules import operators' defining functions from. */
export const ownIndex: string = pathToFileURL(join(packageRoot, 'dist', 'index.js')).href

/** The first lines of a bundle: where the Pawl and the packages lie that it imports, on the host that made it. */
interface Head {
  readonly pawl: string
  readonly packages: readonly Pick<OutsideImport, 'specifier' | 'reference'>[]
}

const headStart = '// pawl '

/** Says in the first line of a bundle what it imports from where. */
export function withHead(code: string, outside: readonly OutsideImport[]): string {
  const packages = outside.map(({ specifier, reference }) => ({ specifier, reference }))
  return `${headStart}${JSON.stringify({ pawl: ownIndex, packages } satisfies Head)}\n${code}`
}

function headOf(code: string): Head {
  const line = code.slice(0, Math.max(0, code.indexOf('\n')))
  return line.startsWith(`${headStart}{`)
    ? (JSON.parse(line.slice(headStart.length)) as Head)
    : { pawl: ownIndex, packages: [] }
}

/**
 * Imports a bundle that was made on this host or another: what it imports of Pawl is the Pawl that runs here, and packages
 * that are not where they were there are looked for from the working directory and from Pawl.
 *
 * @throws {Error} where such a package is not installed here
 */
export async function importBundle(path: string): Promise<Readonly<Record<string, unknown>>> {
  const code = readFileSync(path, 'utf8')
  const { pawl, packages } = headOf(code)
  const moved = packages.filter(({ reference }) => !existsSync(asPath(reference)))
  if (pawl === ownIndex && moved.length === 0) return import(pathToFileURL(path).href)
  let here = code.replaceAll(JSON.stringify(pawl), JSON.stringify(ownIndex))
  for (const one of moved) here = here.replaceAll(JSON.stringify(one.reference), JSON.stringify(await findHere(one)))
  return import(`data:text/javascript;base64,${Buffer.from(here).toString('base64')}`)
}

const asPath = (reference: string) => (reference.startsWith('file:') ? fileURLToPath(reference) : reference)

/** Where a package is on this host, in the form in which the bundle named it. */
async function findHere({ specifier, reference }: Head['packages'][number]): Promise<string> {
  const kind = reference.startsWith('file:') ? 'import-statement' : 'require-call'
  const path = await withBundler(async bundler => {
    for (const folder of [process.cwd(), packageRoot]) {
      const found = await resolveFrom(bundler, { specifier, kind, folder })
      if (found !== undefined) return found
    }
    return undefined
  })
  if (path !== undefined) return kind === 'import-statement' ? pathToFileURL(path).href : path
  throw new Error(
    `the package ${specifier} holds native code or files of its own, so that each host needs it: it is neither at ${asPath(reference)}, where it was when the module was bundled, nor can it be found from ${process.cwd()} or ${packageRoot}; npm install it there`,
  )
}

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ImportKind, Plugin } from 'esbuild'
import { ownIndex } from './import-bundle.js'

/** A package as one is installed, or linked. */
export interface Package {
  readonly name: string
  readonly version: string
  /** Its folder, by its real path. */
  readonly root: string
}

/** A place where a package is imported. */
export interface PackageImport {
  readonly importer: string
  readonly kind: ImportKind
  /** The file that is imported. */
  readonly file: string
  readonly package: Package
}

/** A package that stays outside a bundle, as the bundle names it. */
export interface OutsideImport {
  readonly specifier: string
  readonly version: string
  /** What stands in the bundle's code: an address for `import`, a path for `require`. */
  readonly reference: string
}

/**
 * Finds what is imported by the name of a package, and leaves outside of a bundle what it is told to. `pawl` itself is
 * always outside: it is the Pawl that runs.
 *
 * @param isOutside asked once for each place where a package is imported
 * @param outside what was left outside, by the text that names it in the code
 */
export function packagesPlugin(
  isOutside: (found: PackageImport) => boolean,
  outside = new Map<string, OutsideImport>(),
): Plugin {
  return {
    name: 'packages',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === 'resolving' || kind === 'entry-point' || path.startsWith('node:')) return undefined
        if (path === 'pawl') return { path: ownIndex, external: true }
        const found = await resolve(path, { importer, resolveDir, kind, pluginData: 'resolving' })
        if (found.errors.length > 0 || found.path === '' || found.external || found.namespace !== 'file')
          return undefined
        const owner = packageOf(found.path)
        // What a tsconfig's `paths` leads to belongs to the module itself.
        if (owner === undefined || !isNamedBy(path, owner, found.path)) return undefined
        if (!isOutside({ importer, kind, file: found.path, package: owner })) return undefined
        const reference = kind === 'require-call' ? found.path : pathToFileURL(found.path).href
        outside.set(reference, { specifier: path, version: owner.version, reference })
        return { path: reference, external: true }
      })
    },
  }
}

/** The package that a file belongs to: the nearest folder above it whose `package.json` has a name and a version. */
export function packageOf(file: string): Package | undefined {
  for (let folder = dirname(file); folder !== parse(folder).root; folder = dirname(folder)) {
    const { name, version } = manifestOf(folder)
    if (name !== undefined) return { name, version: version ?? 'unknown', root: folder }
  }
  return undefined
}

function isNamedBy(specifier: string, { name }: Package, file: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`) || file.includes('/node_modules/')
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly type?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** What the `package.json` of a folder says; nothing where there is none that can be read. */
export function manifestOf(folder: string): Manifest {
  const path = join(folder, 'package.json')
  if (!existsSync(path)) return {}
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

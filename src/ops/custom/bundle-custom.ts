import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'
import { fingerprintOf } from '../../util/hash.js'
import { ownIndex, withOwnIndex } from './import-bundle.js'

/** A user's module with all local files that it imports, as one ES module, and what identifies it. */
export interface CustomBundle {
  readonly path: string
  readonly code: string
  /** Follows from the bundled code, and from all files and versions of the packages it imports. */
  readonly identity: string
}

/** The name of a bundle's file. Hosts that have packages at different places have bundles of their own. */
export function bundleName({ identity, code }: CustomBundle): string {
  return `${identity}-${fingerprintOf('bundle', code).slice(0, 12)}.mjs`
}

/** Who is bundling at this moment: recipes may be opened side by side. */
let callers = 0

/** Bundles modules, and ends the process that did so: a run may go on for days. */
export async function bundleCustomModules(paths: readonly string[]): Promise<CustomBundle[]> {
  const { stop } = await import('esbuild')
  callers++
  try {
    return await Promise.all(paths.map(bundleCustomModule))
  } finally {
    callers--
    if (callers === 0) await stop()
  }
}

/**
 * Bundles a module of custom operators, in JavaScript or TypeScript. Packages stay outside, resolved
 * from where they are imported, and count with their versions and with what their files hold: one that is linked is
 * edited without a new version.
 *
 * @throws {Error} with esbuild's message, naming file and line, where it cannot be bundled
 */
async function bundleCustomModule(path: string): Promise<CustomBundle> {
  if (!existsSync(path)) throw new Error(`custom_operator_paths: there is no file ${path}`)
  const { build } = await import('esbuild')
  const packages = new Map<string, string>()
  const result = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    // Comments name files by their paths from here: the same wherever the module lies, and whoever runs it from where.
    absWorkingDir: dirname(path),
    // The bundle lies elsewhere, and is first loaded from no file at all.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(path).href) },
    plugins: [keepPackagesOutside(packages)],
  }).catch(
    (error: {
      errors?: readonly { text: string; location: { file: string; line: number; column: number } | null }[]
    }) => {
      const [first] = error.errors ?? []
      if (first === undefined) throw error
      const where =
        first.location === null ? path : `${first.location.file}:${first.location.line}:${first.location.column + 1}`
      throw new Error(`custom_operator_paths: ${where}: ${first.text}`, { cause: error })
    },
  )
  const code = result.outputFiles[0].text
  const versions = [...packages].map(([name, version]) => `${name}@${version}`).sort()
  // Paths in the code change with the machine; what is at their end is named by its version.
  const portable = code.replace(/"file:\/\/[^"]*"/g, '""')
  const files = packages.size === 0 ? [] : await digestInputs(path)
  return {
    path,
    code: withOwnIndex(code),
    identity: fingerprintOf('custom', portable, ...versions, ...files).slice(0, 12),
  }
}

/**
 * Digests of all files that a module would be bundled from, were its packages bundled too; none where they cannot be,
 * so that their versions have to do. Paths differ between machines and are left out.
 */
async function digestInputs(path: string): Promise<string[]> {
  const { build } = await import('esbuild')
  try {
    const { metafile } = await build({
      entryPoints: [path],
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'silent',
      external: ['pawl', '*.node'],
    })
    const digests = Object.keys(metafile.inputs)
      .filter(file => existsSync(file))
      .map(file => fingerprintOf('file', readFileSync(file, 'latin1')))
    return digests.sort()
  } catch (error) {
    if (!('errors' in (error as object))) throw error
    return []
  }
}

function keepPackagesOutside(packages: Map<string, string>): Plugin {
  return {
    name: 'packages-outside',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^./]/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === 'resolving' || kind === 'entry-point' || path.startsWith('node:')) return undefined
        if (path === 'pawl') return { path: ownIndex, external: true }
        const found = await resolve(path, { importer, resolveDir, kind, pluginData: 'resolving' })
        if (found.errors.length > 0 || found.path === '' || found.external) return undefined
        packages.set(path, versionOf(found.path))
        return { path: pathToFileURL(found.path).href, external: true }
      })
    },
  }
}

function versionOf(file: string): string {
  for (let folder = dirname(file); folder !== parse(folder).root; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (!existsSync(manifest)) continue
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string }
    if (version !== undefined) return version
  }
  return 'unknown'
}

import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fingerprintOf } from '../../util/hash.js'
import { type BundleError, bundleOptions, withBundler } from './bundler.js'
import { ownIndex, withHead } from './import-bundle.js'
import { type OutsideImport, packagesPlugin } from './packages.js'
import { surveyPackages } from './survey-packages.js'

/** A user's module with all that it imports, as one ES module, and what identifies it. */
export interface CustomBundle {
  readonly path: string
  readonly code: string
  /** Follows from the bundled code, and from all files and versions of the packages that stay outside of it. */
  readonly identity: string
}

/** The name of a bundle's file. Hosts that have packages at different places have bundles of their own. */
export function bundleName({ identity, code }: CustomBundle): string {
  return `${identity}-${fingerprintOf('bundle', code).slice(0, 12)}.mjs`
}

/** Bundles modules of a user's, in their order. */
export async function bundleCustomModules(paths: readonly string[]): Promise<CustomBundle[]> {
  return withBundler(() => Promise.all(paths.map(bundleCustomModule)))
}

/**
 * Bundles a module of custom operators, in JavaScript or TypeScript, with the packages that it imports. Those with native
 * code or files of their own stay outside, resolved from where they are imported, and count with their versions and with what
 * their files hold: one that is linked is edited without a new version.
 *
 * @throws {Error} with esbuild's message, naming file and line, where it cannot be bundled
 */
async function bundleCustomModule(path: string): Promise<CustomBundle> {
  if (!existsSync(path)) throw new Error(`custom_operator_paths: there is no file ${path}`)
  try {
    const plain = await bundleWithout(path, () => true)
    if (plain.outside.length === 0) return asBundle(path, plain, [])
    const { placed, files } = await surveyPackages(path)
    const made = await bundleWithout(path, root => placed.has(root))
    const inside = new Set(made.files)
    return asBundle(path, made, made.outside.length === 0 ? [] : files.filter(file => !inside.has(file)))
  } catch (error) {
    throw sayWhere(path, error as BundleError)
  }
}

interface Made {
  readonly text: string
  readonly outside: readonly OutsideImport[]
  /** What it was made of, by absolute paths. */
  readonly files: readonly string[]
}

async function bundleWithout(path: string, isOutside: (root: string) => boolean): Promise<Made> {
  const outside = new Map<string, OutsideImport>()
  const plugin = packagesPlugin(found => isOutside(found.package.root), outside)
  const { outputFiles, metafile } = await withBundler(({ build }) =>
    build({ ...bundleOptions(path), plugins: [plugin] }),
  )
  const files = Object.keys(metafile.inputs).map(file => resolve(dirname(path), file))
  return { text: outputFiles[0].text, outside: [...outside.values()], files }
}

/** @param unseen files that the code depends on and does not hold */
function asBundle(path: string, { text, outside }: Made, unseen: readonly string[]): CustomBundle {
  const versions = outside.map(({ specifier, version }) => `${specifier}@${version}`).sort()
  const digests = unseen.map(file => fingerprintOf('file', readFileSync(file, 'latin1'))).sort()
  return {
    path,
    code: withHead(withRequire(text), outside),
    identity: fingerprintOf('custom', portable(text, outside), ...versions, ...digests).slice(0, 12),
  }
}

/** Paths in code change with the machine, and with how packages are installed; what is at their end is named by its version. */
function portable(code: string, outside: readonly OutsideImport[]): string {
  let text = code.replace(/"file:\/\/[^"]*"/g, '""')
  for (const { reference } of outside) text = text.replaceAll(JSON.stringify(reference), '""')
  return text.replace(/[^\s"'`]*\bnode_modules\//g, 'node_modules/')
}

/** Packages in the older module format ask for Node's own modules, and for those that stay outside, by `require`. */
function withRequire(code: string): string {
  if (!code.includes('__require')) return code
  const create = `import { createRequire as pawlRequire } from "node:module";`
  return `${create} const require = pawlRequire(${JSON.stringify(ownIndex)});\n${code}`
}

/** What esbuild says of the first fault, with its place. */
function sayWhere(path: string, error: BundleError): Error {
  const [first] = error.errors ?? []
  if (first === undefined) return error
  const { location } = first
  const where = location === null ? path : `${location.file}:${location.line}:${location.column + 1}`
  return new Error(`custom_operator_paths: ${where}: ${first.text}`, { cause: error })
}

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, parse, resolve } from 'node:path'
import type { Metafile } from 'esbuild'
import { type BundleError, bundleOptions, withBundler } from './bundler.js'
import { manifestOf, type PackageImport, packageOf, packagesPlugin } from './packages.js'

/** What is to be known of the packages that a module reaches before it is bundled. */
export interface PackageSurvey {
  /** Folders of packages that only work from where they are installed. */
  readonly placed: ReadonlySet<string>
  /** All files that were reached, by their absolute paths, other than those of packages that cannot be bundled at all. */
  readonly files: readonly string[]
}

/**
 * Looks which packages can be part of a bundle that is loaded on other hosts: those that are nothing but code. One with
 * native code, files of its own that it reads, or a build of its own works from its folder alone.
 *
 * @throws {BundleError} where the module itself, or something that it needs, cannot be bundled
 */
export async function surveyPackages(path: string): Promise<PackageSurvey> {
  const placed = new Set<string>()
  for (;;) {
    const reached = new Set<string>()
    const found = await tryBundle(path, placed, reached)
    if (found.kind === 'failed') {
      const broken = found.files.map(file => rootAmong(reached, file)).filter(root => root !== undefined)
      const before = placed.size
      for (const root of broken) placed.add(root)
      if (placed.size === before) throw found.error
      continue
    }
    const files = Object.keys(found.metafile.inputs)
      .map(file => resolve(dirname(path), file))
      .filter(file => existsSync(file))
    for (const file of files) {
      const root = rootAmong(reached, file)
      if (root !== undefined && !placed.has(root) && needsItsPlace(root, file)) placed.add(root)
    }
    return { placed, files }
  }
}

type Tried =
  | { readonly kind: 'bundled'; readonly metafile: Metafile }
  | { readonly kind: 'failed'; readonly files: readonly string[]; readonly error: BundleError }

/** Bundles a module with all packages but those that are known to stay outside; or says in which files it failed. */
async function tryBundle(path: string, placed: Set<string>, reached: Set<string>): Promise<Tried> {
  const plugin = packagesPlugin(found => {
    const { root } = found.package
    reached.add(root)
    if (meansOtherThanInNode(found)) placed.add(root)
    return placed.has(root)
  })
  try {
    const { metafile } = await withBundler(({ build }) => build({ ...bundleOptions(path), plugins: [plugin] }))
    return { kind: 'bundled', metafile }
  } catch (error) {
    const failed = error as BundleError
    if (failed.errors === undefined) throw error
    const files = failed.errors.flatMap(({ location }) =>
      location === null ? [] : [resolve(dirname(path), location.file)],
    )
    return { kind: 'failed', files, error: failed }
  }
}

/** The package of a file, where it is one of these. */
function rootAmong(reached: ReadonlySet<string>, file: string): string | undefined {
  const root = packageOf(file)?.root
  return root !== undefined && reached.has(root) ? root : undefined
}

/** What only works where the file lies, or where native code can be loaded from beside it. */
const placeWords =
  /\b(__dirname|__filename|createRequire|dlopen)\b|\bimport\.meta\b|\brequire\.resolve\b|\.(node|wasm)['"`]|\b(require|import)\(\s*[^'"`\s)]/

/** Packages by which others load native code from beside their own files. */
const nativeLoaders = ['bindings', 'node-gyp-build', 'node-pre-gyp', '@mapbox/node-pre-gyp', 'prebuild-install', 'nan']

function needsItsPlace(root: string, file: string): boolean {
  if (placeWords.test(readFileSync(file, 'utf8')) || existsSync(join(root, 'binding.gyp'))) return true
  const { dependencies = {} } = manifestOf(root)
  return nativeLoaders.some(name => dependencies[name] !== undefined)
}

/**
 * True where a CommonJS package that was compiled from ES modules is imported by a file of which only its extension, or
 * its package, could say that it is one itself: a bundler then takes another value for the default export than Node does.
 */
function meansOtherThanInNode({ importer, kind, file }: PackageImport): boolean {
  if (kind === 'require-call' || isModuleByName(importer)) return false
  return !file.endsWith('.mjs') && readFileSync(file, 'latin1').includes('__esModule')
}

function isModuleByName(file: string): boolean {
  if (/\.m[jt]s$/.test(file)) return true
  for (let folder = dirname(file); folder !== parse(folder).root; folder = dirname(folder))
    if (existsSync(join(folder, 'package.json'))) return manifestOf(folder).type === 'module'
  return false
}

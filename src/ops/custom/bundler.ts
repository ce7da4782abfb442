import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildOptions, ImportKind } from 'esbuild'

type Bundler = typeof import('esbuild')

/** What esbuild throws. */
export interface BundleError extends Error {
  readonly errors?: readonly {
    readonly text: string
    readonly location: { readonly file: string; readonly line: number; readonly column: number } | null
  }[]
}

/** Who is bundling at this moment: recipes may be opened side by side. */
let callers = 0

/** Does work with esbuild, and ends the process that it runs in behind that: a run may go on for days. */
export async function withBundler<T>(work: (bundler: Bundler) => Promise<T>): Promise<T> {
  const bundler = await import('esbuild')
  callers++
  try {
    return await work(bundler)
  } finally {
    callers--
    if (callers === 0) await bundler.stop()
  }
}

/** How a module of a user's is bundled. */
export function bundleOptions(path: string) {
  return {
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    // Comments name files by their paths from here: the same wherever the module lies, and whoever runs it from where.
    absWorkingDir: dirname(path),
    // The bundle lies elsewhere, and is first loaded from no file at all.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(path).href) },
  } as const satisfies BuildOptions
}

/** The file that a specifier means to a module in a folder; undefined where there is none. */
export async function resolveFrom(
  { build }: Bundler,
  { specifier, kind, folder }: { readonly specifier: string; readonly kind: ImportKind; readonly folder: string },
): Promise<string | undefined> {
  let found: string | undefined
  await build({
    stdin: { contents: '', resolveDir: folder },
    platform: 'node',
    logLevel: 'silent',
    write: false,
    plugins: [
      {
        name: 'resolving',
        setup({ onStart, resolve }) {
          onStart(async () => {
            const { path, errors } = await resolve(specifier, { kind, resolveDir: folder })
            if (errors.length === 0 && path !== '') found = path
          })
        },
      },
    ],
  })
  return found
}

// Makes a virtual environment with the libraries that Pawl's readers and writers are held to, where this machine lets
// us: python3 with venv, and a package index. Tests that need it find it under the path exported here.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** Where what tests need beside the packages of npm is kept, so that it outlives a fresh clone; names say the versions. */
export const testCache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pawl-tests')

const packages = ['pyarrow==26.0.1', 'polars==2.1.0', 'duckdb==2.0.1']
const rayPackages = ['ray[default]==2.58.1']
const folderOf = (name, packages) => join(testCache, `${name}-${packages.join('-').replace(/[^\w.-]/g, '')}`)
const folder = folderOf('peers', packages)

/** The interpreter that has pyarrow, polars and DuckDB, if `provisionPython` could make it. */
export const peersPython = process.env.PAWL_PYTHON ?? join(folder, 'bin', 'python')

const rayFolder = folderOf('ray', rayPackages)

/** The interpreter that has Ray, if `provisionPython` could make it. */
export const rayPython = process.env.PAWL_RAY_PYTHON ?? join(rayFolder, 'bin', 'python')

/** Makes the environments, unless they are there. */
export function provisionPython() {
  if (process.env.PAWL_PYTHON === undefined) provide(folder, 'import pyarrow, polars, duckdb', packages)
  if (process.env.PAWL_RAY_PYTHON === undefined) provide(rayFolder, 'import ray, aiohttp', rayPackages)
}

function provide(folder, test, packages) {
  const python = join(folder, 'bin', 'python')
  if (spawnSync(python, ['-c', test], { stdio: 'ignore' }).status === 0) return
  console.log(`installing ${packages.join(', ')}`)
  mkdirSync(dirname(folder), { recursive: true })
  if (spawnSync('python3', ['-m', 'venv', folder], { stdio: 'ignore' }).status !== 0) return
  spawnSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'ignore' })
}

import { spawnSync } from 'node:child_process'
import { peersPython } from '../scripts/provision-python.mjs'

/** A part that some tests need and the project does not bring. */
export interface Provision {
  readonly isThere: boolean
  readonly reason: string
}

const checks: Readonly<Record<string, readonly string[]>> = {
  strace: ['strace', '-V'],
  peers: [peersPython, '-c', 'import pyarrow, polars, duckdb'],
}

/** Whether a part is there; `npm test` has tried to install it before. With PAWL_TEST_REQUIRE=all its absence is an error. */
export function provision(name: keyof typeof checks & string): Provision {
  const [command, ...args] = checks[name]
  const { status, error } = spawnSync(command, args)
  if (status === 0) return { isThere: true, reason: '' }
  const reason = `${name} is not installed (${error?.message ?? `it ended with ${status}`})`
  if (process.env['PAWL_TEST_REQUIRE'] === 'all') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return { isThere: false, reason }
}

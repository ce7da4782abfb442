import { spawnSync } from 'node:child_process'
import { peersPython, rayPython } from '../scripts/provision-python.mjs'

/** A part that some tests need and the project does not bring. */
export interface Provision {
  readonly isThere: boolean
  readonly reason: string
}

const checks = {
  strace: ['strace', '-V'],
  peers: [peersPython, '-c', 'import pyarrow, polars, duckdb'],
  ray: [rayPython, '-c', 'import ray, aiohttp'],
  /** A file system in a file, which needs root and loop devices. */
  loop: [
    'bash',
    '-c',
    'd=$(mktemp -d); truncate -s 8M $d/i && mkfs.ext4 -q $d/i && mkdir $d/m && mount -o loop $d/i $d/m && umount $d/m; s=$?; rm -r $d; exit $s',
  ],
  /** Two nodes of Slurm on this machine, which need root. */
  slurm: [
    'bash',
    '-c',
    'PATH=$PATH:/usr/sbin; test "$(id -u)" = 0 && for c in sbatch slurmctld slurmd munged; do command -v $c || exit 1; done',
  ],
  /** Sets the clock of single processes. */
  faketime: ['faketime', '-f', '+1d', 'true'],
  /** A process-id namespace of one's own. */
  unshare: ['unshare', '--pid', '--fork', '--mount-proc', 'true'],
  /** Processes of other users. */
  root: ['bash', '-c', 'test "$(id -u)" = 0'],
  /** The current long-term release of Node beside the one that runs the tests. */
  node: [process.env['PAWL_TEST_NODE'] ?? 'PAWL_TEST_NODE', '--version'],
} as const

const reasons: Readonly<Record<string, string>> = { root: 'only root may start processes of other users' }

/** Whether a part is there; `npm test` has tried to install it before. With PAWL_TEST_REQUIRE=all its absence is an error. */
export function provision(name: keyof typeof checks): Provision {
  const [command, ...args] = checks[name]
  const { status, error } = spawnSync(command, args)
  if (status === 0) return { isThere: true, reason: '' }
  const reason = reasons[name] ?? `${name} is not installed (${error?.message ?? `it ended with ${status}`})`
  if (process.env['PAWL_TEST_REQUIRE'] === 'all') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return { isThere: false, reason }
}

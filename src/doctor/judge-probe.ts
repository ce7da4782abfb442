import { formatBytes, formatDuration } from '../util/format.js'
import { kindOf, type Mount } from './mounts.js'
import type { Probe } from './probe-folder.js'

/** One thing that was looked at. */
export interface Finding {
  readonly verdict: 'ok' | 'warning' | 'failure'
  readonly what: string
  readonly found: string
  /** What to do, where it is not well. */
  readonly remedy?: string
}

/** Milliseconds by which a lease expires (see `Lease`): clocks are not compared, but signs of life have to be seen within it. */
const expiryMs = 30_000

/** What probes of a folder mean for jobs that are kept there. Pure. */
export function judgeProbe(probe: Probe, mount: Mount): Finding[] {
  return [
    ofMount(mount),
    finding(probe.link === 'works', {
      what: 'hard links',
      found: probe.link,
      verdict: 'warning',
      remedy: 'winners are decided by exclusive create instead: every host must then see the same names at once',
    }),
    finding(probe.isExclusive && probe.doubleWins === 0, {
      what: 'exclusive create',
      found:
        probe.doubleWins === 0
          ? probe.isExclusive
            ? 'one wins'
            : 'a taken name is given again'
          : `${probe.doubleWins} names went to two processes`,
      verdict: 'failure',
      remedy:
        'one process at a time may work on a job here: keep the work dir on another file system (see docs/file-systems.md)',
    }),
    finding(probe.renames, {
      what: 'rename',
      found: probe.renames ? 'replaces at once' : 'does not replace',
      verdict: 'failure',
      remedy: 'exports cannot appear all at once here: keep the job and its export on another file system',
    }),
    finding(probe.syncsFolders, {
      what: 'fsync of folders',
      found: probe.syncsFolders ? 'works' : 'refused',
      verdict: 'warning',
      remedy: 'a name may be lost in a power cut; what was committed is then redone',
    }),
    finding(probe.fsyncMs < 100, {
      what: 'fsync of 4 kB',
      found: formatMs(probe.fsyncMs),
      verdict: 'warning',
      remedy: 'each commit waits for it: larger partitions and checkpoint.strategy every_n_ops need fewer',
    }),
    finding(probe.lateMs < expiryMs / 3, {
      what: 'names of others',
      found: `seen after ${formatMs(probe.lateMs)}`,
      verdict: probe.lateMs < expiryMs ? 'warning' : 'failure',
      remedy:
        'signs of life come late, so that the living may be taken for dead: mount with lookupcache=none or a short acdirmax',
    }),
    finding(Math.abs(probe.clockMs) < 60_000, {
      what: 'clock of the server',
      found:
        Math.abs(probe.clockMs) < 1
          ? 'that of this host'
          : `${formatMs(Math.abs(probe.clockMs))} ${probe.clockMs > 0 ? 'ahead' : 'behind'}`,
      verdict: 'warning',
      remedy: 'nothing is decided by it, but times in logs and status will not fit: set the clocks by NTP',
    }),
  ]
}

/** What this process and host bring. Pure. */
export function judgeHost(host: {
  readonly node: string
  readonly openFiles: number | undefined
  readonly freeBytes: number
}): Finding[] {
  const [major, minor] = host.node.replace(/^v/, '').split('.').map(Number)
  return [
    finding(major > 20 || (major === 20 && minor >= 12), {
      what: 'Node',
      found: host.node,
      verdict: 'failure',
      remedy: 'Pawl needs Node 20.12 or later',
    }),
    finding(host.openFiles === undefined || host.openFiles >= 1024, {
      what: 'open files',
      found: host.openFiles === undefined ? 'unlimited' : String(host.openFiles),
      verdict: 'warning',
      remedy: 'raise it with ulimit -n 4096: a merge of many spilled runs keeps many files open',
    }),
    finding(host.freeBytes > 1e9, {
      what: 'free space',
      found: formatBytes(host.freeBytes),
      verdict: 'warning',
      remedy: 'pawl plan says how much a recipe needs',
    }),
  ]
}

function ofMount(mount: Mount): Finding {
  const what = 'file system'
  const found = `${mount.type} at ${mount.point}`
  if (mount.options.includes('ro'))
    return { verdict: 'failure', what, found: `${found}, read-only`, remedy: 'name a folder that can be written' }
  switch (kindOf(mount)) {
    case 'local':
      return { verdict: 'ok', what, found: `${found}: for one host` }
    case 'network':
      return {
        verdict: 'ok',
        what,
        found: `${found}: for many hosts, if they see it at the same path`,
      }
    case 'memory':
      return {
        verdict: 'warning',
        what,
        found,
        remedy: 'what lies here is lost when the machine stops: keep jobs on a disk',
      }
    case 'unknown':
      return { verdict: 'warning', what, found, remedy: 'Pawl was not tried on it: what follows is what was found' }
  }
}

/** What was found, and what that means where it is not well. */
function finding(isWell: boolean, { what, found, ...otherwise }: Finding): Finding {
  return isWell ? { verdict: 'ok', what, found } : { what, found, ...otherwise }
}

function formatMs(ms: number): string {
  return ms < 1_000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : formatDuration(ms)
}

import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Names a process so that a later one with the same number cannot be taken for it. */
export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** Start time since boot, in clock ticks, with the boot's id; `unknown` where the system does not tell. */
  readonly started: string
}

export function identityOf(pid: number): ProcessIdentity {
  return { host: hostname(), pid, started: startOf(pid) }
}

/** True where a process of this host still runs; false where it ended, or its number went to another. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  if (!canBeSignalled(pid)) return false
  const now = startOf(pid)
  return started === 'unknown' || now === 'unknown' || now === started
}

function canBeSignalled(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process started; `ended` for one that is only waited for; `unknown` where the system does not tell. */
function startOf(pid: number): string {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return 'unknown'
    throw error
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return 'ended'
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`
}

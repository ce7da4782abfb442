import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Names a process so that a later one with the same number, or one of another container, cannot be taken for it. */
export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** Start time since boot, in clock ticks. */
  readonly started: string
  /** The boot of the machine, and the process-id namespace in it; the number means nothing elsewhere. */
  readonly boot: string
  readonly namespace: string
}

const unknown = 'unknown'

export function identityOf(pid: number): ProcessIdentity {
  return { host: hostname(), pid, started: startOf(pid), boot: bootId(), namespace: pidNamespace() }
}

/** True where whether a process lives can be told from here: same boot, same process-id namespace. */
export function belongsHere({ boot, namespace }: Pick<ProcessIdentity, 'boot' | 'namespace'>): boolean {
  return boot !== unknown && boot === bootId() && namespace === pidNamespace()
}

/**
 * True where a process certainly ended: it belongs to this boot and this process-id namespace, and its number is
 * free or went to another. Of all others nothing can be said from here.
 */
export function hasEnded(identity: ProcessIdentity): boolean {
  const { pid, started } = identity
  if (!belongsHere(identity)) return false
  if (!canBeSignalled(pid)) return true
  const now = startOf(pid)
  return started !== unknown && now !== unknown && now !== started
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
export function startOf(pid: number): string {
  const stat = readIfAllowed(`/proc/${pid}/stat`)
  if (stat === undefined) return unknown
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19]
}

function bootId(): string {
  return readIfAllowed('/proc/sys/kernel/random/boot_id')?.trim() ?? unknown
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return unknown
  }
}

function readIfAllowed(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'ENOTDIR') return undefined
    throw error
  }
}

import { readFileSync } from 'node:fs'
import { freemem } from 'node:os'

/** Bytes of memory that processes may take beside those that run: what the machine has free, within the limit of the control group. */
export function availableMemory(): number {
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(readOptional('/proc/meminfo') ?? '')?.[1]
  const machine = available === undefined ? freemem() : Number(available) * 1024
  return Math.min(machine, groupLimit() ?? Number.POSITIVE_INFINITY)
}

function groupLimit(): number | undefined {
  const limit = Number(readOptional('/sys/fs/cgroup/memory.max') ?? Number.NaN)
  const used = Number(readOptional('/sys/fs/cgroup/memory.current') ?? Number.NaN)
  return Number.isFinite(limit - used) ? limit - used : undefined
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined
    throw error
  }
}

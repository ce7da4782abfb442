import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** The processors that this process may use: its affinity, and the quota of its control group. */
export function usableCores(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(cgroupQuota() ?? Number.POSITIVE_INFINITY)))
}

function cgroupQuota(): number | undefined {
  const v2 = readOptional('/sys/fs/cgroup/cpu.max')?.split(' ')
  if (v2 !== undefined) return v2[0] === 'max' ? undefined : Number(v2[0]) / Number(v2[1])
  const quota = Number(readOptional('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? -1)
  const period = Number(readOptional('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? 100_000)
  return quota > 0 ? quota / period : undefined
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

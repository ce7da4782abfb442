import { basename } from 'node:path'
import type { LeaseHolder } from './lease.js'

/** The job is being run by another coordinator. */
export class JobLockedError extends Error {
  override readonly name = 'JobLockedError'
  readonly code = 'job_locked'

  constructor(
    jobDir: string,
    readonly holder: LeaseHolder | undefined,
  ) {
    const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`
    const how = holder === undefined ? 'stop it' : `stop it first (kill -TERM ${holder.pid} on ${holder.host})`
    super(
      `Job ${basename(jobDir)} in ${jobDir} is being run by ${who}, which was seen to be alive: wait for it, or ${how}; then go on with pawl resume ${jobDir}`,
    )
  }
}

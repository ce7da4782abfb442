import { basename } from 'node:path'
import type { LeaseHolder } from './lease.js'

/** Others are at work on the job, and this process cannot join them. */
export class JobLockedError extends Error {
  override readonly name = 'JobLockedError'
  readonly code = 'job_locked'

  constructor(
    jobDir: string,
    readonly holder: LeaseHolder | undefined,
    why: string,
  ) {
    const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`
    const how = holder === undefined ? 'stop it' : `stop it first (kill -TERM ${holder.pid} on ${holder.host})`
    super(
      `Job ${basename(jobDir)} in ${jobDir} is being run by ${who}, which was seen to be alive: ${why}. Wait for it, or ${how}`,
    )
  }
}

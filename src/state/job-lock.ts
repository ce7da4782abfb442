import { randomBytes } from 'node:crypto'
import { linkSync, readdirSync, readFileSync, statSync, unlinkSync, utimesSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { removeIfThere, StagedFile } from '../util/durable-file.js'
import { identityOf, isRunning, type ProcessIdentity } from '../util/process-identity.js'

const heartbeatMs = 5_000
/** A lock of another host is stale when its heartbeat has been silent for this long. */
const staleMs = 60_000

/** The job is being run by another coordinator. */
export class JobLockedError extends Error {
  override readonly name = 'JobLockedError'
  readonly code = 'job_locked'

  constructor(
    readonly holder: ProcessIdentity,
    jobDir: string,
  ) {
    super(
      `${jobDir} is being run by process ${holder.pid} on ${holder.host}; wait for it, or stop it first (kill -TERM ${holder.pid}). ` +
        `If ${holder.host} is gone, the lock expires ${staleMs / 1000} s after its last sign of life`,
    )
  }
}

/**
 * Lets one coordinator at a time run a job. Locks are numbered files, each created exclusively, and the
 * highest number holds: taking over a dead one's lock is creating the next number, which only one can do.
 */
export class JobLock {
  readonly #beat: NodeJS.Timeout

  private constructor(readonly path: string) {
    this.#beat = setInterval(() => touch(path), heartbeatMs)
    this.#beat.unref()
  }

  /** @throws {JobLockedError} where a living coordinator holds the lock */
  static acquire(folder: string, jobDir: string): JobLock {
    for (;;) {
      const held = generations(folder)
      const last = held.at(-1)
      if (last !== undefined) refuseIfAlive(join(folder, nameOf(last)), jobDir)
      const path = join(folder, nameOf((last ?? 0) + 1))
      if (!createExclusively(folder, path)) continue
      // A lock made from an old listing may stand below a newer one: the higher holds.
      if (generations(folder).at(-1) !== (last ?? 0) + 1) {
        removeIfThere(path)
        continue
      }
      for (const old of held) removeIfThere(join(folder, nameOf(old)))
      return new JobLock(path)
    }
  }

  release(): void {
    clearInterval(this.#beat)
    removeIfThere(this.path)
  }
}

function nameOf(generation: number): string {
  return `coordinator.${generation}.lock`
}

function generations(folder: string): number[] {
  return readdirSync(folder)
    .flatMap(name => /^coordinator\.(\d+)\.lock$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

function createExclusively(folder: string, path: string): boolean {
  const file = StagedFile.create(folder, `lock-${process.pid}-${randomBytes(4).toString('hex')}`)
  file.write(Buffer.from(JSON.stringify(identityOf(process.pid))))
  file.seal()
  try {
    linkSync(file.path, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    unlinkSync(file.path)
  }
}

function refuseIfAlive(path: string, jobDir: string): void {
  const holder = aliveHolder(path)
  if (holder !== undefined) throw new JobLockedError(holder, jobDir)
}

function aliveHolder(path: string): ProcessIdentity | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity
    const isAlive = holder.host === hostname() ? isRunning(holder) : Date.now() - statSync(path).mtimeMs < staleMs
    return isAlive ? holder : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function touch(path: string): void {
  const now = new Date()
  utimesSync(path, now, now)
}

import type { UnitError } from '../../core/unit-result.js'
import { describeRefusal } from '../../util/whose.js'

/** A failure whose consequence is known where it is thrown. */
export class UnitFailure extends Error {
  override readonly name = 'UnitFailure'

  constructor(
    readonly error: UnitError,
    options?: ErrorOptions,
  ) {
    super(error.message, options)
  }
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the disk quota is used up: free some space',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'the operation is not permitted',
  EMFILE: 'this process may open no more files: raise `ulimit -n`',
  ENFILE: 'the system has no more file handles: raise fs.file-max',
  EIO: 'the disk reported an I/O error; the file was thrown away',
  ELOOP: 'a link leads to itself: replace it by what is meant',
  ENOTDIR: 'what should be a folder on the path is a file',
  ENOMEM: 'there is not enough memory, or `ulimit -v` allows no more',
  ENOENT: 'the file or its folder is gone: bring it back',
  EFBIG: 'the file grew beyond what the file system or `ulimit -f` allows',
}

/** True for errors of the machine, which say nothing about the samples at hand. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error)) return false
  const { code, syscall } = error as NodeJS.ErrnoException
  return typeof code === 'string' && typeof syscall === 'string'
}

/** What was thrown, in words, whatever it is: operators of users throw all kinds of things. */
export function sayError(error: unknown): string {
  try {
    const { message } = (error ?? {}) as { message?: unknown }
    return String(message ?? error)
  } catch (unspeakable) {
    return `something that cannot be shown was thrown (a ${typeof unspeakable} came of trying to)`
  }
}

/** What an error thrown by a unit means for the job. */
export function describeFailure(error: unknown): UnitError {
  if (error instanceof UnitFailure) return error.error
  if (isSystemError(error)) {
    const said = remedies[error.code ?? ''] ?? error.message
    const isRefused = (error.code === 'EACCES' || error.code === 'EPERM') && error.path !== undefined
    const remedy = isRefused ? `${said}; ${describeRefusal(error)}` : said
    const path = error.path === undefined ? '' : ` ${error.path}`
    const message = `${error.syscall}${path}: ${remedy} (${error.code}), then run the job again: it goes on from what is committed`
    return { code: error.code ?? 'EIO', message, consequence: 'stop_job', path: error.path }
  }
  const { code } = (error ?? {}) as { code?: unknown }
  return { code: typeof code === 'string' ? code : 'unexpected', message: sayError(error), consequence: 'fail_unit' }
}

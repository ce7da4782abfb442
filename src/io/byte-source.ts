import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { InputError } from './input-error.js'

/** Bytes in order, pulled into a buffer of the reader's. The reader closes it. */
export interface ByteSource {
  /** Byte offset in the file of the next byte, or -1 where bytes have no place there (compressed files). */
  readonly offset: number
  /** Fills `target[from, to)`, less only where the source ends; returns the number of bytes written. */
  fill(target: Buffer, from: number, to: number): number | Promise<number>
  close(): void | Promise<void>
}

export interface OpenFile {
  readonly path: string
  readonly fd: number
}

/** The bytes `[start, end)` of a file, read synchronously: at these block sizes a thread hop costs more than the read. */
class FileSource implements ByteSource {
  offset: number
  readonly #end: number

  constructor(
    private readonly file: OpenFile,
    { start, end }: { readonly start: number; readonly end: number },
  ) {
    this.offset = start
    this.#end = end
  }

  fill(target: Buffer, from: number, to: number): number {
    const wanted = Math.min(to - from, this.#end - this.offset)
    let got = 0
    while (got < wanted) {
      const count = readSync(this.file.fd, target, from + got, wanted - got, this.offset)
      if (count === 0) throw InputError.changed(this.file.path)
      got += count
      this.offset += count
    }
    return got
  }

  close(): void {
    closeSync(this.file.fd)
  }
}

/**
 * Opens a byte range of a file; without a range, all of it.
 *
 * @throws {InputError} where the file is missing, not readable, or shorter than the range
 */
export function openFileSource(path: string, range?: { readonly start: number; readonly end: number }): ByteSource {
  const fd = openForReading(path)
  const size = fstatSync(fd).size
  const { start, end } = range ?? { start: 0, end: size }
  if (end > size) {
    closeSync(fd)
    throw InputError.changed(path)
  }
  return new FileSource({ path, fd }, { start, end })
}

/** @throws {InputError} where the file is missing or not readable */
export function openForReading(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw describeOpenError(path, error)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ELOOP: 'is a link that leads to itself: replace it by the file that is meant',
  EMFILE: 'cannot be opened: this process may open no more files; raise `ulimit -n`',
  ENFILE: 'cannot be opened: the system has no more file handles; raise fs.file-max',
  ENAMETOOLONG: 'has a name that is longer than the file system takes',
  EIO: 'cannot be read: the disk reported an I/O error; fetch the file again',
  ESTALE: 'is no longer there for this host (a stale NFS handle): mount the file system again',
}

/** An input error for a failure to open or list `path`; any other failure comes back as it is. */
export function describeOpenError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new InputError('missing', `${path} does not exist; check dataset_path`, { path, cause: error })
  if (code === 'EACCES' || code === 'EPERM')
    return new InputError('not_permitted', `no permission to read ${path}; grant it to this user`, {
      path,
      cause: error,
    })
  const reason = reasons[code ?? '']
  return reason === undefined ? error : new InputError('not_permitted', `${path} ${reason}`, { path, cause: error })
}

/**
 * The bytes `[start, end)` of an open file, in memory of their own.
 *
 * @throws {InputError} where the file ends before
 */
export function readExactly({ path, fd }: OpenFile, start: number, end: number): ArrayBuffer {
  const target = new Uint8Array(end - start)
  for (let got = 0; got < target.length; ) {
    const count = readSync(fd, target, got, target.length - got, start + got)
    if (count === 0) throw InputError.changed(path)
    got += count
  }
  return target.buffer
}

import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import { Checksum } from './hash.js'
import { hasNoLinks, linkNew } from './link-new.js'
import { remove } from './remove.js'
import { stagingPath } from './staging.js'

const bufferBytes = 1 << 20

/** What a sealed file holds. */
export interface SealedFile {
  readonly sizeBytes: number
  readonly checksum: string
}

/**
 * A file written under a temporary name and published under its own when complete. A crash at any
 * moment leaves either the whole file or a temporary one that nobody reads.
 *
 * Order of use: `create`, `write`…, `seal` (flushed and synced), `publish` or `replace`; `discard` at
 * any point instead. After an error of `write` or `seal` only `discard` is left: a descriptor whose
 * fsync failed may have lost its pages, so the file must be written anew.
 */
export class StagedFile {
  readonly #checksum = new Checksum()
  readonly #buffer = Buffer.allocUnsafe(bufferBytes)
  #used = 0
  #sizeBytes = 0
  #fd: number | undefined

  private constructor(readonly path: string) {
    this.#fd = openSync(path, 'wx')
  }

  /** Opens a temporary file in `folder`, under a name that says who writes and for what. */
  static create(folder: string, writer: string, purpose: string): StagedFile {
    return new StagedFile(stagingPath(folder, writer, purpose))
  }

  /** Opens a temporary file at a path that the caller made up with `stagingPath`. */
  static at(path: string): StagedFile {
    return new StagedFile(path)
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  write(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length
    if (bytes.length >= bufferBytes) {
      this.#flush()
      this.#checksum.update(bytes)
      writeFully(this.#open, bytes)
      return
    }
    if (this.#used + bytes.length > bufferBytes) this.#flush()
    this.#buffer.set(bytes, this.#used)
    this.#used += bytes.length
  }

  /** Flushes and syncs; the content is on the disk afterwards, its name not yet. */
  seal(): SealedFile {
    this.#flush()
    const fd = this.#open
    fsyncSync(fd)
    closeSync(fd)
    this.#fd = undefined
    return { sizeBytes: this.#sizeBytes, checksum: this.#checksum.digest() }
  }

  /**
   * Gives the sealed file its name, unless that name is taken: the first writer wins, and what stands
   * there stays.
   *
   * @returns false where the name was taken
   */
  publish(path: string): boolean {
    const isMine = nameOnce(this.path, path)
    remove(this.path)
    if (isMine) syncFolder(dirname(path))
    return isMine
  }

  /** Gives the sealed file its name in place of what stood there. */
  replace(path: string): void {
    renameSync(this.path, path)
    syncFolder(dirname(path))
  }

  discard(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
    remove(this.path)
  }

  get #open(): number {
    if (this.#fd === undefined) throw new Error(`${basename(this.path)} is sealed`)
    return this.#fd
  }

  #flush(): void {
    if (this.#used === 0) return
    const bytes = this.#buffer.subarray(0, this.#used)
    this.#checksum.update(bytes)
    writeFully(this.#open, bytes)
    this.#used = 0
  }
}

/** Where there are no hard links, a look has to do: names that attempts share are none of those that are published so. */
function nameOnce(from: string, to: string): boolean {
  try {
    return linkNew(from, to)
  } catch (error) {
    if (!hasNoLinks(error)) throw error
    if (existsSync(to)) return false
    renameSync(from, to)
    return true
  }
}

/** Writes a small file so that a reader sees the old content or the new, never a mixture. */
export function writeFileAtomically(path: string, content: string | Uint8Array, writer: string): SealedFile {
  const file = StagedFile.create(dirname(path), writer, basename(path))
  try {
    file.write(typeof content === 'string' ? Buffer.from(content) : content)
    const sealed = file.seal()
    file.replace(path)
    return sealed
  } catch (error) {
    file.discard()
    throw error
  }
}

/** Makes the names in a folder survive a power cut. */
export function syncFolder(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Makes a folder and its ancestors, each synced into its parent. */
export function makeFolderDurably(path: string): void {
  const first = mkdirSync(path, { recursive: true })
  if (first === undefined) return
  for (let at = path; ; at = dirname(at)) {
    syncFolder(dirname(at))
    if (at === first || at === dirname(at)) return
  }
}

/** Size and checksum of a file as it is now. */
export function measureFile(path: string): SealedFile {
  const fd = openSync(path, 'r')
  try {
    const checksum = new Checksum()
    const block = Buffer.allocUnsafe(bufferBytes)
    let sizeBytes = 0
    for (;;) {
      const count = readSync(fd, block, 0, block.length, sizeBytes)
      if (count === 0) return { sizeBytes, checksum: checksum.digest() }
      checksum.update(block.subarray(0, count))
      sizeBytes += count
    }
  } finally {
    closeSync(fd)
  }
}

/** Reads exactly `[start, start + length)` of a file. */
export function readRange(path: string, start: number, length: number): Buffer {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.allocUnsafe(length)
    let done = 0
    while (done < length) {
      const count = readSync(fd, bytes, done, length - done, start + done)
      if (count === 0) throw new Error(`${path} ends at ${fstatSync(fd).size} bytes, ${start + length} were expected`)
      done += count
    }
    return bytes
  } finally {
    closeSync(fd)
  }
}

function writeFully(fd: number, bytes: Uint8Array): void {
  let done = 0
  while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done)
}

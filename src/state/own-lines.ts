import { createHash, type Hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { StagedFile } from '../util/durable-file.js'

/** What became of a file of lines that an earlier process wrote. */
export type OwnLines<H> =
  | { readonly kind: 'read'; readonly header: H; readonly digest: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly reason: string }

const newline = 0x0a
const blockBytes = 1 << 20
const endForm = /^\{"lines":(\d{1,15}),"checksum":"([0-9a-f]{40})"\}\n$/

/** A checksum of a file's name, of what is said of its lines, and of the lines, one after another. */
export class LinesDigest {
  readonly #hash: Hash
  #waiting = ''

  constructor(path: string, header: unknown) {
    this.#hash = createHash('sha256').update(`${basename(path)}\n${JSON.stringify(header)}\n`)
  }

  /** @param line without its line end */
  add(line: string): void {
    this.#waiting += `${line}\n`
    if (this.#waiting.length < blockBytes / 8) return
    this.#hash.update(this.#waiting)
    this.#waiting = ''
  }

  /** 40 hex digits. */
  end(): string {
    return this.#hash.update(this.#waiting).digest('hex').slice(0, 40)
  }
}

/**
 * As `writeOwnFile`, for what may be larger than a text can be: something that is said of it, then lines of JSON, then
 * their number and the checksum of all.
 *
 * @param lines without line ends
 * @returns the checksum
 */
export function writeOwnLines(
  path: string,
  { header, lines }: { readonly header: unknown; readonly lines: Iterable<string> },
  writer: string,
): string {
  const digest = new LinesDigest(path, header)
  const file = StagedFile.create(dirname(path), writer, basename(path))
  try {
    file.write(Buffer.from(`${JSON.stringify(header)}\n`))
    let count = 0
    for (const line of lines) {
      count++
      digest.add(line)
      file.write(Buffer.from(`${line}\n`))
    }
    const checksum = digest.end()
    file.write(Buffer.from(`{"lines":${count},"checksum":"${checksum}"}\n`))
    file.seal()
    file.replace(path)
    return checksum
  } catch (error) {
    file.discard()
    throw error
  }
}

/**
 * Reads what `writeOwnLines` wrote, a block at a time. Never throws for what stands in the file.
 *
 * @param onLine told of each line, without its line end, once it is known that the file is as it was written; the bytes are
 *   good until it returns
 */
export function readOwnLines<H>(path: string, onLine: (line: Buffer) => void): OwnLines<H> {
  const damaged = { kind: 'damaged', reason: `${path} is not as it was written` } as const
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' }
    throw error
  }
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile()) return { kind: 'damaged', reason: `${path} is no file` }
    const end = endOf(fd, stats.size)
    if (end === undefined || digestOf(path, fd, end.at) !== end.checksum) return damaged
    let header: H | undefined
    let count = -1
    for (const line of eachLine(fd, end.at)) {
      if (count++ < 0) header = JSON.parse(line.toString('utf8')) as H
      else onLine(line)
    }
    if (count !== end.lines) return damaged
    return { kind: 'read', header: header as H, digest: end.checksum }
  } finally {
    closeSync(fd)
  }
}

/** What the last line says, and where it begins. */
function endOf(fd: number, size: number): { lines: number; checksum: string; at: number } | undefined {
  const tail = Buffer.alloc(Math.min(size, 128))
  readSync(fd, tail, 0, tail.length, size - tail.length)
  const at = tail.lastIndexOf(newline, -2) + 1
  const [, lines, checksum] = endForm.exec(tail.toString('latin1', at)) ?? []
  return checksum === undefined ? undefined : { lines: Number(lines), checksum, at: size - tail.length + at }
}

function digestOf(path: string, fd: number, size: number): string {
  const hash = createHash('sha256').update(`${basename(path)}\n`)
  for (const bytes of eachBlock(fd, size)) hash.update(bytes)
  return hash.digest('hex').slice(0, 40)
}

/** The lines in the first bytes of a file, without their line ends. */
function* eachLine(fd: number, size: number): Generator<Buffer> {
  let rest = Buffer.alloc(0)
  for (const bytes of eachBlock(fd, size)) {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    let start = 0
    for (let end = all.indexOf(newline, rest.length); end >= 0; end = all.indexOf(newline, start)) {
      yield all.subarray(start, end)
      start = end + 1
    }
    // The block is read into again.
    rest = Buffer.from(all.subarray(start))
  }
}

function* eachBlock(fd: number, size: number): Generator<Buffer> {
  const block = Buffer.allocUnsafe(Math.min(size, blockBytes))
  for (let at = 0; at < size; ) {
    const count = readSync(fd, block, 0, Math.min(block.length, size - at), at)
    if (count === 0) return
    yield block.subarray(0, count)
    at += count
  }
}

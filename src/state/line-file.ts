import { createHash, type Hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { StagedFile } from '../util/durable-file.js'
import type { OwnFile } from './own-file.js'

/** Enough for the system's calls to weigh nothing, and little beside what a process holds. */
const usualBlockBytes = 1 << 18
/** The last line, `{"checksum":"…"}`, always has so many bytes. */
const lastLineBytes = Buffer.byteLength(lastLine('0'.repeat(40)))

/**
 * Writes a file of lines, the last of which is a checksum of its name and of all before it. What stood under the name stays
 * until the whole is on the disk. However much there is, no more than a block and a line of it are in memory.
 *
 * @param lines without line ends
 * @returns the checksum, 40 hex digits
 */
export function writeLineFile(
  path: string,
  lines: Iterable<string>,
  { writer, blockBytes = usualBlockBytes }: { readonly writer: string; readonly blockBytes?: number },
): string {
  const file = StagedFile.create(dirname(path), writer, basename(path))
  try {
    const hash = hashOf(path)
    for (const text of inBlocks(lines, blockBytes)) {
      const bytes = Buffer.from(text)
      hash.update(bytes)
      file.write(bytes)
    }
    const checksum = checksumOf(hash)
    file.write(Buffer.from(lastLine(checksum)))
    file.seal()
    file.replace(path)
    return checksum
  } catch (error) {
    file.discard()
    throw error
  }
}

/** The checksum that a file of these lines has. */
export function checksumOfLines(path: string, lines: Iterable<string>): string {
  const hash = hashOf(path)
  for (const text of inBlocks(lines, usualBlockBytes)) hash.update(text)
  return checksumOf(hash)
}

/**
 * Holds a file against its checksum. Never throws for what stands in it.
 *
 * @returns the checksum
 */
export function checkLineFile(path: string, blockBytes = usualBlockBytes): OwnFile<string> {
  return look(path, fd => checksumIn(fd, path, blockBytes))
}

/**
 * Reads a file that `writeLineFile` wrote: all of it is held against its checksum before a line of it is believed. Never
 * throws for what stands in it.
 *
 * @param use is given the lines, one after another, without the checksum
 */
export function readLineFile<T>(
  path: string,
  use: (lines: Iterable<string>, checksum: string) => T,
  blockBytes = usualBlockBytes,
): OwnFile<T> {
  return look(path, fd => {
    const checked = checksumIn(fd, path, blockBytes)
    if (checked.kind !== 'read') return checked
    return { kind: 'read', content: use(linesOf(fd, blockBytes), checked.content) }
  })
}

function look<T>(path: string, read: (fd: number) => OwnFile<T>): OwnFile<T> {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' }
    throw error
  }
  try {
    return fstatSync(fd).isDirectory() ? { kind: 'damaged', reason: `${path} is a folder` } : read(fd)
  } finally {
    closeSync(fd)
  }
}

function checksumIn(fd: number, path: string, blockBytes: number): OwnFile<string> {
  const end = fstatSync(fd).size - lastLineBytes
  const damaged = { kind: 'damaged', reason: `${path} is not as it was written` } as const
  if (end < 0) return damaged
  const hash = hashOf(path)
  for (const block of blocksOf(fd, { start: 0, end, blockBytes })) hash.update(block)
  const checksum = checksumOf(hash)
  let tail = ''
  for (const block of blocksOf(fd, { start: end, end: end + lastLineBytes, blockBytes }))
    tail += block.toString('latin1')
  return tail === lastLine(checksum) ? { kind: 'read', content: checksum } : damaged
}

/** Lines joined, with their ends, to texts of about `blockBytes` each. */
function* inBlocks(lines: Iterable<string>, blockBytes: number): Generator<string> {
  let text = ''
  for (const line of lines) {
    text += `${line}\n`
    if (text.length < blockBytes) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

function* linesOf(fd: number, blockBytes: number): Generator<string> {
  let begun: Buffer[] = []
  for (const block of blocksOf(fd, { start: 0, end: fstatSync(fd).size - lastLineBytes, blockBytes })) {
    let start = 0
    for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, start)) {
      const rest = block.subarray(start, end)
      yield begun.length === 0 ? rest.toString() : Buffer.concat([...begun, rest]).toString()
      begun = []
      start = end + 1
    }
    if (start < block.length) begun.push(Buffer.from(block.subarray(start)))
  }
}

/** Each block holds until the next is asked for. */
function* blocksOf(
  fd: number,
  { start, end, blockBytes }: { readonly start: number; readonly end: number; readonly blockBytes: number },
): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(blockBytes)
  for (let at = start; at < end; ) {
    const count = readSync(fd, buffer, 0, Math.min(blockBytes, end - at), at)
    if (count === 0) return
    yield buffer.subarray(0, count)
    at += count
  }
}

function hashOf(path: string): Hash {
  return createHash('sha256').update(`${basename(path)}\n`)
}

function checksumOf(hash: Hash): string {
  return hash.digest('hex').slice(0, 40)
}

function lastLine(checksum: string): string {
  return `{"checksum":"${checksum}"}\n`
}

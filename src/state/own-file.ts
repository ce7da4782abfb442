import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { StagedFile, writeFileAtomically } from '../util/durable-file.js'

/** What became of a file that an earlier process wrote: its content, nothing there, or something that cannot be trusted. */
export type OwnFile<T> =
  | { readonly kind: 'read'; readonly content: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly reason: string }

/** Writes a small file of a job as JSON together with a checksum of its name and content: damage, and another's content, are told from truth. */
export function writeOwnFile(path: string, content: unknown, writer: string): void {
  writeFileAtomically(path, encodeOwnFile(path, content), writer)
}

/**
 * As `writeOwnFile`, but never in place of what stands there.
 *
 * @returns false where the name was taken
 */
export function publishOwnFile(path: string, content: unknown, writer: string): boolean {
  const file = StagedFile.create(dirname(path), writer, basename(path))
  file.write(Buffer.from(encodeOwnFile(path, content)))
  file.seal()
  return file.publish(path)
}

/** What `readOwnFile` reads under a name. */
export function encodeOwnFile(path: string, content: unknown): string {
  const text = JSON.stringify(content)
  return `{"checksum":"${digestOf(path, text)}","content":${text}}\n`
}

/** Reads what `writeOwnFile` wrote. Never throws for what stands in the file. */
export function readOwnFile<T>(path: string): OwnFile<T> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' }
    if (code === 'EISDIR') return { kind: 'damaged', reason: `${path} is a folder` }
    throw error
  }
  const match = /^\{"checksum":"([0-9a-f]{16})","content":(.*)\}\n$/s.exec(text)
  if (match === null || digestOf(path, match[2]) !== match[1])
    return { kind: 'damaged', reason: `${path} is not as it was written` }
  return { kind: 'read', content: JSON.parse(match[2]) as T }
}

function digestOf(path: string, text: string): string {
  return createHash('sha256')
    .update(`${basename(path)}\n`)
    .update(text)
    .digest('hex')
    .slice(0, 16)
}

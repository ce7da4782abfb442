import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { writeFileAtomically } from '../util/durable-file.js'

/** What became of a file that an earlier process wrote: its content, nothing there, or something that cannot be trusted. */
export type OwnFile<T> =
  | { readonly kind: 'read'; readonly content: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly reason: string }

/** Writes a small file of a job as JSON together with a checksum of its name and content: damage, and another's content, are told from truth. */
export function writeOwnFile(path: string, content: unknown, writer: string): void {
  const text = JSON.stringify(content)
  writeFileAtomically(path, `{"checksum":"${digestOf(path, text)}","content":${text}}\n`, writer)
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

import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { describeOpenError } from '../byte-source.js'
import { InputError } from '../input-error.js'

const chunkBytes = 256 * 1024

/**
 * The content of a gzip file of one or more members, in chunks.
 *
 * @throws {InputError} where the file is damaged or ends too early
 */
export async function* gunzip(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: chunkBytes })
  const content = createGunzip({ chunkSize: chunkBytes })
  pipeline(file, content, () => {})
  try {
    yield* content
  } catch (error) {
    throw describeGzipError(path, error)
  } finally {
    file.destroy()
  }
  // zlib stops at bytes that begin no further member; those would be lost without a word.
  if (content.bytesWritten < file.bytesRead && !(await isZeroPadding(path, content.bytesWritten)))
    throw InputError.corrupt(path, `gzip content ends at byte ${content.bytesWritten} and other bytes follow`)
}

function describeGzipError(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') return InputError.truncated(path, 'the gzip data ends too early', error)
  if (code?.startsWith('Z_')) return InputError.corrupt(path, 'the gzip data cannot be decompressed', error)
  return describeOpenError(path, error)
}

async function isZeroPadding(path: string, from: number): Promise<boolean> {
  for await (const chunk of createReadStream(path, { start: from }))
    if ((chunk as Buffer).some(byte => byte !== 0)) return false
  return true
}

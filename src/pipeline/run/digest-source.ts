import { closeSync, openSync, readSync } from 'node:fs'
import type { SourceSpec } from '../../core/pipeline-spec.js'
import { UnitFailure } from '../../execution/protocol/unit-failure.js'
import { InputError } from '../../io/input-error.js'
import { absentStamp, stampIfThere } from '../../util/file-stamp.js'
import { Checksum } from '../../util/hash.js'
import type { FileRange } from '../task.js'

const blockBytes = 1 << 20

/**
 * A digest of what a source's files hold; of one that is a range of bytes, of those alone. A mark tells where one file
 * ends and the next begins.
 *
 * @throws {InputError} where a file is gone
 */
export function digestSource({ files, task }: SourceSpec, progress: (bytes: number) => void): string {
  const checksum = new Checksum()
  const range = rangeOf(task.data)
  let total = 0
  for (const { path } of files) {
    const bytes = digestFile(path, range?.kind === 'bytes' ? range : undefined, chunk => {
      checksum.update(chunk)
      total += chunk.length
      progress(total)
    })
    checksum.update(Buffer.from(`\n${bytes} bytes\n`))
  }
  return checksum.digest()
}

function digestFile(
  path: string,
  range: { readonly start: number; readonly end: number } | undefined,
  take: (chunk: Uint8Array) => void,
): number {
  const fd = openOrExplain(path)
  try {
    const block = Buffer.allocUnsafe(blockBytes)
    const end = range?.end ?? Number.POSITIVE_INFINITY
    let at = range?.start ?? 0
    for (;;) {
      const count = readSync(fd, block, 0, Math.min(blockBytes, end - at), at)
      if (count === 0) return at - (range?.start ?? 0)
      take(block.subarray(0, count))
      at += count
    }
  } finally {
    closeSync(fd)
  }
}

function openOrExplain(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'is gone: bring it back, or run again without it' : `cannot be read (${message})`
    throw new InputError(code === 'ENOENT' ? 'missing' : 'not_permitted', `${path} ${what}`, { path })
  }
}

function rangeOf(data: unknown): FileRange | undefined {
  const range = (data as { readonly range?: FileRange | null } | undefined)?.range
  return range ?? undefined
}

/**
 * Makes sure that files are as they were listed.
 *
 * @throws {UnitFailure} `fail_unit` where one changed
 */
export function checkUnchanged({ files }: SourceSpec): void {
  for (const { path, stamp } of files) {
    const now = stampIfThere(path)
    if (now === stamp) continue
    const what = now === absentStamp ? 'is gone' : 'changed'
    const message = `${path} ${what} while the pipeline was running; run it again once nobody writes to it: only what depends on it is redone`
    throw new UnitFailure({ code: 'input_changed', message, consequence: 'fail_unit', path })
  }
}

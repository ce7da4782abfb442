import { closeSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SignatureRun } from '../../core/operator.js'
import type { FileRef } from '../../core/records.js'
import type { UnitReport } from '../../core/report.js'
import { Checksum } from '../../util/hash.js'
import { UnitFailure } from '../unit-failure.js'

const runBytes = 1 << 20

/**
 * Reads signature files in order, in runs of whole records.
 *
 * @throws {UnitFailure} `redo_input` where a file is not what was committed
 */
export function* readSignatures(
  jobDir: string,
  signatures: readonly { readonly file: FileRef }[],
  recordBytes: number,
  report: UnitReport,
): Generator<SignatureRun> {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.floor(runBytes / recordBytes)) * recordBytes)
  let bytes = 0
  for (const [partitionIndex, { file }] of signatures.entries()) {
    for (const run of readFile(resolve(jobDir, file.path), file, recordBytes, buffer)) {
      yield { partitionIndex, ...run }
      bytes += run.records.length
      report.progress({ samples: Math.floor(bytes / recordBytes), bytes })
    }
  }
}

function* readFile(
  path: string,
  file: FileRef,
  recordBytes: number,
  buffer: Buffer,
): Generator<{ records: Buffer; firstRow: number }> {
  const fd = openFile(path, file)
  const checksum = new Checksum()
  let at = 0
  try {
    while (at < file.sizeBytes) {
      const count = readSync(fd, buffer, 0, Math.min(buffer.length, file.sizeBytes - at), at)
      if (count === 0) throw damaged(file)
      const whole = at + count === file.sizeBytes ? count : count - (count % recordBytes)
      const records = buffer.subarray(0, whole)
      checksum.update(records)
      yield { records, firstRow: at / recordBytes }
      at += whole
    }
    if (checksum.digest() !== file.checksum || at !== file.rows * recordBytes) throw damaged(file)
  } finally {
    closeSync(fd)
  }
}

function openFile(path: string, file: FileRef): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw damaged(file)
    throw error
  }
}

function damaged(file: FileRef): UnitFailure {
  const message = `${file.path} is not what was committed; it is set aside and its unit is redone`
  return new UnitFailure({ code: 'damaged_checkpoint', message, consequence: 'redo_input', path: file.path })
}

import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import type { TaskText } from '../../core/pipeline-spec.js'
import type { FileRef } from '../../core/records.js'
import type { Sample } from '../../core/sample.js'
import { readJsonlRow, rowOf, sampleOf, writeJsonlRow } from '../../execution/contents/row-codec.js'
import { UnitFailure } from '../../execution/protocol/unit-failure.js'
import type { StagedFile } from '../../util/durable-file.js'
import { measureFile } from '../../util/durable-file.js'
import { DocumentBatch, type Task } from '../task.js'
import { taskOf, textOf } from './task-text.js'

/*
 * A spool holds tasks between stages of different workers: for each task a line of JSON, and behind that of a
 * DocumentBatch its documents as rows of a checkpoint.
 */

export function spoolTask(file: Pick<StagedFile, 'write'>, task: Task): void {
  file.write(Buffer.from(`${JSON.stringify(textOf(task))}\n`))
  if (task instanceof DocumentBatch)
    for (const sample of task.samples) writeJsonlRow(rowOf(sample), bytes => file.write(bytes))
}

/**
 * Reads the tasks of a committed spool.
 *
 * @throws {UnitFailure} `redo_input` where it is not as it was committed
 */
export async function* readSpool(jobDir: string, ref: FileRef, source: string): AsyncGenerator<Task> {
  const path = resolve(jobDir, ref.path)
  verify(path, ref)
  const lines = linesOf(path)
  for await (const line of lines) {
    const text = JSON.parse(line.toString()) as TaskText
    const samples: Sample[] = []
    for (let row = 0; row < (text.rows ?? 0); row++) {
      const next = await lines.next()
      if (next.done) throw damaged(path, 'it ends early')
      samples.push(sampleOf(source, readJsonlRow(next.value, 0, next.value.length), 'text'))
    }
    const { datasetName, metadata } = text
    yield taskOf(text, () => new DocumentBatch(samples, { datasetName, metadata }))
  }
}

function verify(path: string, { sizeBytes, checksum }: FileRef): void {
  try {
    const found = measureFile(path)
    if (found.sizeBytes !== sizeBytes || found.checksum !== checksum)
      throw damaged(path, 'it is not as it was committed')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw damaged(path, 'it is gone')
    throw error
  }
}

function damaged(path: string, what: string): UnitFailure {
  return new UnitFailure({
    code: 'damaged_spool',
    message: `${path}: ${what}; it is made again`,
    consequence: 'redo_input',
    path,
  })
}

/** Lines without their ends, each a buffer of its own. */
async function* linesOf(path: string): AsyncGenerator<Buffer, undefined> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield Buffer.from(bytes.subarray(start, end))
      start = end + 1
    }
    rest = Buffer.from(bytes.subarray(start))
  }
  return undefined
}

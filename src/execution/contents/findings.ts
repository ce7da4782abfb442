import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Bucket, CompareUnit, JobSpec } from '../../core/work-unit.js'
import { StagedFile } from '../../util/durable-file.js'
import { Checksum } from '../../util/hash.js'
import { storedPath } from '../../util/stored-path.js'
import { UnitFailure } from '../protocol/unit-failure.js'

const blockBytes = 1 << 20
const sumBytes = 16

/**
 * Where the findings of a bucket stand. They follow from the signatures alone, whose checksums are in the fingerprint, so that
 * whoever finds them finds the same: the first to be there counts, and the file vouches for itself.
 */
export function findingsPath({ checkpointDir }: Pick<JobSpec, 'checkpointDir'>, unit: Bucket): string {
  const { operator, fingerprint, bucket, buckets } = unit
  return join(checkpointDir, `barrier.op${operator}.${fingerprint.slice(0, 10)}.${bucket}-of-${buckets}.findings`)
}

const findingsName = /\.op\d+\.[0-9a-f]{10}\.\d+-of-\d+\.findings$/

export function isFindings(path: string): boolean {
  return findingsName.test(path)
}

/** Writes the findings of a bucket: records of one width, then a checksum of them and of what they belong to. */
export class FindingsWriter {
  readonly #file: StagedFile
  readonly #checksum: Checksum

  constructor(
    readonly job: JobSpec,
    readonly unit: CompareUnit,
  ) {
    this.#file = StagedFile.create(job.checkpointDir, job.writer, `findings.${unit.attempt}`)
    this.#checksum = checksumOf(unit)
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes
  }

  write(finding: Uint8Array): void {
    this.#file.write(finding)
    this.#checksum.update(finding)
  }

  publish(): void {
    this.#file.write(Buffer.from(this.#checksum.digest()))
    this.#file.seal()
    this.#file.publish(findingsPath(this.job, this.unit))
  }

  discard(): void {
    this.#file.discard()
  }
}

/**
 * Reads the findings of a bucket, as many whole ones at a time as there is room for.
 *
 * @throws {UnitFailure} `redo_input` where they are not what was written
 */
export function* readFindings(job: JobSpec, bucket: Bucket, findingBytes: number): Generator<Buffer> {
  const path = findingsPath(job, bucket)
  const fd = openFindings(job, path)
  try {
    const length = fstatSync(fd).size - sumBytes
    if (length < 0 || length % findingBytes !== 0) throw damaged(job, path)
    const checksum = checksumOf(bucket)
    const block = Buffer.allocUnsafe(Math.max(1, Math.floor(blockBytes / findingBytes)) * findingBytes)
    for (let at = 0; at < length; ) {
      const piece = block.subarray(0, readFully(fd, block.subarray(0, Math.min(block.length, length - at)), at))
      if (piece.length === 0 || piece.length % findingBytes !== 0) throw damaged(job, path)
      checksum.update(piece)
      yield piece
      at += piece.length
    }
    const sum = Buffer.alloc(sumBytes)
    readFully(fd, sum, length)
    if (sum.toString('latin1') !== checksum.digest()) throw damaged(job, path)
  } finally {
    closeSync(fd)
  }
}

function checksumOf({ fingerprint, bucket, buckets }: Bucket): Checksum {
  return new Checksum().update(Buffer.from(`${fingerprint} ${bucket} ${buckets}\n`))
}

function openFindings(job: JobSpec, path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw damaged(job, path)
    throw error
  }
}

function damaged(job: JobSpec, path: string): UnitFailure {
  const stored = storedPath(job.jobDir, path)
  const message = `${stored} is not what was committed; it is set aside and its unit is redone`
  return new UnitFailure({ code: 'damaged_checkpoint', message, consequence: 'redo_input', path: stored })
}

function readFully(fd: number, buffer: Buffer, position: number): number {
  let done = 0
  while (done < buffer.length) {
    const count = readSync(fd, buffer, done, buffer.length - done, position + done)
    if (count === 0) break
    done += count
  }
  return done
}

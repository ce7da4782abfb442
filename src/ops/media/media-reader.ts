import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { FileRead } from '../../core/files-read.js'
import type { OperatorContext } from '../../core/operator.js'
import type { Sample } from '../../core/sample.js'
import { SampleError } from '../../core/sample-error.js'
import { absentStamp, saysAbsent, stampOf } from '../../util/file-stamp.js'

/** What is measured of files of a kind. */
export interface MediaMeasure<T> {
  /** Tells what is measured from other things. */
  readonly name: string
  measure(path: string, sizeBytes: number): T | Promise<T>
}

/** Files at which an operator looks at once, since what takes time is waiting for the disk. */
export const filesAtOnce = 16

/** Operators of a segment look at the same files one after the other; what one measured serves the next. */
const mostKept = 20_000
const kept = new Map<string, unknown>()

const remote = /^[a-z][a-z0-9+.-]+:\/\//i

/** Measures files that samples name, and keeps account of which. */
export class MediaReader<T> {
  readonly #mediaDir: string
  #read = new Map<string, FileRead>()

  constructor(
    readonly media: MediaMeasure<T>,
    { mediaDir }: Pick<OperatorContext, 'mediaDir'>,
  ) {
    this.#mediaDir = mediaDir ?? process.cwd()
  }

  takeFilesRead(): readonly FileRead[] {
    const files = [...this.#read.values()]
    this.#read = new Map()
    return files
  }

  /**
   * What is measured of each file, in order.
   *
   * @throws {SampleError} where one is absent, or is nothing that can be measured
   */
  async measureAll(paths: readonly string[]): Promise<T[]> {
    const measured: T[] = []
    for (const path of paths) measured.push(await this.#measure(path))
    return measured
  }

  async #measure(name: string): Promise<T> {
    if (remote.test(name))
      throw new SampleError(
        'file_missing',
        `${name} is not on this machine, and Pawl reads media from local files only`,
      )
    const path = resolve(this.#mediaDir, name)
    const { stamp, sizeBytes } = await this.#look(name, path)
    const key = `${this.media.name}\0${path}\0${stamp}`
    if (kept.has(key)) return kept.get(key) as T
    const value = await this.#measureFile(path, sizeBytes)
    if (kept.size >= mostKept) kept.delete(kept.keys().next().value as string)
    kept.set(key, value)
    return value
  }

  /** The stamp is taken first: of a file that changes while it is measured, the change is seen the next time. */
  async #look(name: string, path: string): Promise<{ readonly stamp: string; readonly sizeBytes: number }> {
    try {
      const stats = await stat(path, { bigint: true })
      const stamp = stampOf(stats)
      this.#note(name, stamp)
      if (!stats.isFile()) throw new SampleError('bad_file', `${path} is no file`)
      return { stamp, sizeBytes: Number(stats.size) }
    } catch (error) {
      if (!saysAbsent(error)) throw error
      this.#note(name, absentStamp)
      throw new SampleError('file_missing', `there is no file ${path}`, { cause: error })
    }
  }

  #note(path: string, stamp: string): void {
    this.#read.set(`${path}\0${stamp}`, { path, stamp })
  }

  async #measureFile(path: string, sizeBytes: number): Promise<T> {
    try {
      return await this.media.measure(path, sizeBytes)
    } catch (error) {
      if (saysAbsent(error)) throw new SampleError('file_missing', `there is no file ${path}`, { cause: error })
      // What is wrong with the machine is not the sample's fault.
      if (typeof (error as NodeJS.ErrnoException).syscall === 'string') throw error
      throw new SampleError('bad_file', `${path}: ${(error as Error).message}`, { cause: error })
    }
  }
}

/**
 * The paths that a sample lists in a field; none where it has no such field, or null or an empty list there.
 *
 * @throws {SampleError} where the field holds something else
 */
export function pathsIn(sample: Sample, key: string): readonly string[] {
  const value = sample.get(key) ?? []
  if (Array.isArray(value) && value.every(path => typeof path === 'string')) return value as readonly string[]
  throw new SampleError('bad_value', `field "${key}" holds no list of paths, which this operator needs there`)
}

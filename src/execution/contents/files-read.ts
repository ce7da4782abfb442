import type { FileRead } from '../../core/files-read.js'
import type { FileRef } from '../../core/records.js'
import { StagedFile } from '../../util/durable-file.js'

/** So many of the last entries are known, and not written again. */
const mostKnown = 10_000

/**
 * Collects the files that samples named and operators read, one JSON array of path and stamp a line. The file comes into
 * being with its first entry. A path may come again, also with another stamp, which says that it changed meanwhile.
 */
export class FilesReadWriter {
  #file: StagedFile | undefined
  #known = new Set<string>()
  #rows = 0

  constructor(
    readonly folder: string,
    readonly writer: string,
    readonly name: string,
  ) {}

  add(files: readonly FileRead[]): void {
    for (const { path, stamp } of files) {
      const line = `${JSON.stringify([path, stamp])}\n`
      if (this.#known.has(line)) continue
      if (this.#known.size >= mostKnown) this.#known.clear()
      this.#known.add(line)
      this.#file ??= StagedFile.create(this.folder, this.writer, this.name)
      this.#file.write(Buffer.from(line))
      this.#rows++
    }
  }

  /** Publishes what was noted, if anything was. */
  publish(publishFile: (file: StagedFile, rows: number) => FileRef): FileRef | undefined {
    if (this.#file === undefined) return undefined
    const file = this.#file
    this.#file = undefined
    return publishFile(file, this.#rows)
  }

  discard(): void {
    this.#file?.discard()
  }
}

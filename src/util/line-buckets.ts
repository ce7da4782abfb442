import { type FileHandle, mkdtemp, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from './crc32.js'
import { removeFolder } from './remove.js'

const largestBuffer = 1 << 16
const smallestBuffer = 1 << 11

/**
 * Lines of text in buckets by a key, each bucket in the order of its writes; in files of a temporary folder, unless there
 * is one bucket alone. Lines hold no line end. Nothing here survives a crash.
 */
export class LineBuckets implements AsyncDisposable {
  readonly #lines: string[][]
  readonly #held: number[]
  readonly #files: (FileHandle | undefined)[]

  private constructor(
    readonly folder: string | undefined,
    count: number,
    readonly bufferBytes: number,
  ) {
    this.#lines = Array.from({ length: count }, () => [])
    this.#held = this.#lines.map(() => 0)
    this.#files = this.#lines.map(() => undefined)
  }

  /** `memoryBytes` bounds what is held of lines before they are written, as far as the least size of buffers allows. */
  static async make(count: number, memoryBytes: number): Promise<LineBuckets> {
    const bufferBytes = Math.min(largestBuffer, Math.max(smallestBuffer, Math.floor(memoryBytes / count)))
    return new LineBuckets(count === 1 ? undefined : await mkdtemp(join(tmpdir(), 'pawl-buckets-')), count, bufferBytes)
  }

  get count(): number {
    return this.#lines.length
  }

  async add(key: string, line: string): Promise<void> {
    const index = this.count === 1 ? 0 : crc32(Buffer.from(key)) % this.count
    this.#lines[index].push(line)
    this.#held[index] += line.length
    if (this.folder !== undefined && this.#held[index] > this.bufferBytes) await this.#flush(index)
  }

  async *read(index: number): AsyncGenerator<string> {
    const file = this.#files[index]
    if (file === undefined) {
      yield* this.#lines[index]
      return
    }
    await this.#flush(index)
    yield* linesOf(file.createReadStream({ start: 0, autoClose: false }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#files) await file?.close()
    if (this.folder !== undefined) removeFolder(this.folder, () => true)
  }

  async #flush(index: number): Promise<void> {
    this.#files[index] ??= await open(join(this.folder ?? '', `${index}`), 'w+')
    await this.#files[index]?.appendFile(this.#lines[index].map(line => `${line}\n`).join(''))
    this.#lines[index] = []
    this.#held[index] = 0
  }
}

/** Texts may hold characters that other readers take for line ends: only a line feed is one. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = []
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const last = chunk.subarray(start, end)
      yield (rest.length === 0 ? last : Buffer.concat([...rest, last])).toString()
      rest = []
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
  }
}

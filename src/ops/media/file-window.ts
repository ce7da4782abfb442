import { type FileHandle, open } from 'node:fs/promises'

/** Bytes of a file, of which no more is read than is asked for. */
export class FileWindow {
  #buffer = Buffer.alloc(0)
  #start = 0

  private constructor(
    readonly file: FileHandle,
    readonly sizeBytes: number,
  ) {}

  static async open(path: string, sizeBytes: number): Promise<FileWindow> {
    return new FileWindow(await open(path), sizeBytes)
  }

  /** The bytes `[start, start + length)`, fewer at the end of the file. Valid until more is asked for. */
  async bytes(start: number, length: number): Promise<Buffer> {
    const end = Math.min(this.sizeBytes, start + length)
    if (start >= end) return Buffer.alloc(0)
    if (start < this.#start || end > this.#start + this.#buffer.length) await this.#load(start, end - start)
    return this.#buffer.subarray(start - this.#start, end - this.#start)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close()
  }

  async #load(start: number, length: number): Promise<void> {
    const buffer = Buffer.alloc(Math.min(this.sizeBytes - start, Math.max(length, leastBytes)))
    const { bytesRead } = await this.file.read(buffer, 0, buffer.length, start)
    this.#start = start
    this.#buffer = buffer.subarray(0, bytesRead)
  }
}

/** What is read at once: headers lie close together. */
const leastBytes = 4096

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Bytes a page; a power of two. */
const defaultPageBytes = 2 ** 30
/** Bytes of the next page that a page repeats, so that what stands across the border is read from one page. */
const overlapBytes = 64

/** A file in memory, in as many buffers as it takes, read by position beyond 4 GiB. */
export class PagedBytes {
  readonly #words: Int32Array[] = []
  readonly #floats: Float32Array[] = []
  readonly #views: DataView[] = []

  private constructor(
    readonly length: number,
    readonly pageBytes: number,
  ) {
    for (let start = 0; start < Math.max(1, length); start += pageBytes) {
      const size = Math.min(pageBytes, length - start) + overlapBytes
      const buffer = new ArrayBuffer(Math.ceil(size / 8) * 8)
      this.#words.push(new Int32Array(buffer))
      this.#floats.push(new Float32Array(buffer))
      this.#views.push(new DataView(buffer))
    }
  }

  /** Reads `[start, end)` of a file; positions count from the start of the file. */
  static read(path: string, { start = 0, end, pageBytes = defaultPageBytes }: PagedRange = {}): PagedBytes {
    const fd = openSync(path, 'r')
    try {
      const until = Math.min(end ?? Number.POSITIVE_INFINITY, fstatSync(fd).size)
      const bytes = new PagedBytes(Math.max(0, until - start), pageBytes)
      for (const [page, view] of bytes.#views.entries()) {
        const from = start + page * pageBytes
        readAt(fd, from, new Uint8Array(view.buffer as ArrayBuffer, 0, Math.min(view.byteLength, until - from)))
      }
      return bytes
    } finally {
      closeSync(fd)
    }
  }

  /** Zeros. */
  static zeros(length: number, pageBytes = defaultPageBytes): PagedBytes {
    return new PagedBytes(length, pageBytes)
  }

  get pageCount(): number {
    return this.#words.length
  }

  /** The page that a range lies in as words, its first at a multiple of `pageBytes`; undefined where it lies in several. */
  wordsOf(start: number, end: number): Int32Array | undefined {
    const page = Math.floor(start / this.pageBytes)
    return Math.floor(Math.max(start, end - 1) / this.pageBytes) === page ? this.#words[page] : undefined
  }

  /** The 32 bits at a position that is a multiple of 4. */
  int32(at: number): number {
    if (at < this.pageBytes) return this.#words[0][at >>> 2]
    const page = Math.floor(at / this.pageBytes)
    return this.#words[page][(at - page * this.pageBytes) >>> 2]
  }

  /** The float at a position that is a multiple of 4. */
  float32(at: number): number {
    if (at < this.pageBytes) return this.#floats[0][at >>> 2]
    const page = Math.floor(at / this.pageBytes)
    return this.#floats[page][(at - page * this.pageBytes) >>> 2]
  }

  /** 32 bits from any bit on, the lowest bit of a byte first. */
  bits32(byte: number, shift: number): number {
    const page = Math.floor(byte / this.pageBytes)
    const view = this.#views[page]
    const at = byte - page * this.pageBytes
    const low = view.getUint32(at, true)
    return shift === 0 ? low : ((low >>> shift) | (view.getUint8(at + 4) << (32 - shift))) >>> 0
  }

  uint8(at: number): number {
    const page = Math.floor(at / this.pageBytes)
    return this.#views[page].getUint8(at - page * this.pageBytes)
  }

  /** A little-endian number of 64 bits, exact up to 2^53. */
  uint64(at: number): number {
    return this.bits32(at, 0) + this.bits32(at + 4, 0) * 2 ** 32
  }

  setInt32(at: number, value: number): void {
    const page = Math.floor(at / this.pageBytes)
    this.#words[page][(at - page * this.pageBytes) >>> 2] = value
  }

  setFloat32(at: number, value: number): void {
    const page = Math.floor(at / this.pageBytes)
    this.#floats[page][(at - page * this.pageBytes) >>> 2] = value
  }
}

export interface PagedRange {
  readonly start?: number
  readonly end?: number
  /** A power of two. */
  readonly pageBytes?: number
}

const readBytes = 2 ** 26

function readAt(fd: number, position: number, target: Uint8Array): void {
  for (let done = 0; done < target.length; ) {
    const wanted = Math.min(readBytes, target.length - done)
    const count = readSync(fd, target, done, wanted, position + done)
    if (count === 0) return
    done += count
  }
}

import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { remove } from './remove.js'

const largestPage = 1 << 14
const smallestPage = 1 << 4

/** Reads or writes bytes at a place of a file; returns how many. */
type Move = (fd: number, bytes: Uint8Array, position: number) => number

const read: Move = (fd, bytes, position) => readSync(fd, bytes, 0, bytes.length, position)
const write: Move = (fd, bytes, position) => writeSync(fd, bytes, 0, bytes.length, position)

/**
 * Sets of the numbers below `total`, each at first alone, that are joined two by two; a set is known by its least
 * number. Four bytes a number, in pages of which those lately used are in memory and the others in a file.
 */
export class DisjointSets implements Disposable {
  readonly #pageBits: number
  readonly #mostResident: number
  readonly #pages: (Uint32Array | undefined)[]
  /** 1: in memory and lately used. */
  readonly #used: Uint8Array
  readonly #stored: Uint8Array
  readonly #resident: number[] = []
  #hand = 0
  #fd: number | undefined

  /** `memoryBytes` bounds the pages in memory, as far as two of the least size allow; `path` is the file's. */
  constructor(
    total: number,
    memoryBytes: number,
    readonly path: string,
  ) {
    const page = Math.min(largestPage, Math.max(smallestPage, memoryBytes / 4 / 8))
    this.#pageBits = Math.floor(Math.log2(page))
    const pages = Math.ceil(total / 2 ** this.#pageBits)
    this.#mostResident = Math.max(2, Math.floor(memoryBytes / 4 / 2 ** this.#pageBits))
    this.#pages = new Array<undefined>(pages).fill(undefined)
    this.#used = new Uint8Array(pages)
    this.#stored = new Uint8Array(pages)
  }

  /** Makes one set of those of `a` and `b`. */
  join(a: number, b: number): void {
    const first = this.#leastOf(a)
    const second = this.#leastOf(b)
    if (first < second) this.#set(second, first)
    else if (second < first) this.#set(first, second)
  }

  /** The least number of the set that a number is in. */
  leastOf(number: number): number {
    return this.#leastOf(number)
  }

  /** True for the least number of a set. */
  isLeast(number: number): boolean {
    return this.#get(number) === number
  }

  [Symbol.dispose](): void {
    if (this.#fd === undefined) return
    closeSync(this.#fd)
    remove(this.path)
  }

  #leastOf(number: number): number {
    for (;;) {
      const parent = this.#get(number)
      if (parent === number) return number
      const next = this.#get(parent)
      if (next === parent) return parent
      this.#set(number, next)
      number = next
    }
  }

  #get(number: number): number {
    return this.#page(number >>> this.#pageBits)[number & (2 ** this.#pageBits - 1)]
  }

  #set(number: number, parent: number): void {
    this.#page(number >>> this.#pageBits)[number & (2 ** this.#pageBits - 1)] = parent
  }

  #page(index: number): Uint32Array {
    this.#used[index] = 1
    return this.#pages[index] ?? this.#load(index)
  }

  #load(index: number): Uint32Array {
    const page = this.#resident.length < this.#mostResident ? this.#newPage(index) : this.#evictFor(index)
    const first = index * page.length
    if (this.#stored[index] === 0) for (let i = 0; i < page.length; i++) page[i] = first + i
    else this.#transfer(read, index, page)
    this.#pages[index] = page
    return page
  }

  #newPage(index: number): Uint32Array {
    this.#resident.push(index)
    return new Uint32Array(2 ** this.#pageBits)
  }

  /** Stores the next page that was not used since the hand last passed, and gives its memory away. */
  #evictFor(index: number): Uint32Array {
    const resident = this.#resident
    while (this.#used[resident[this.#hand]] === 1) {
      this.#used[resident[this.#hand]] = 0
      this.#hand = (this.#hand + 1) % resident.length
    }
    const old = resident[this.#hand]
    const page = this.#pages[old]!
    this.#transfer(write, old, page)
    this.#stored[old] = 1
    this.#pages[old] = undefined
    resident[this.#hand] = index
    this.#hand = (this.#hand + 1) % resident.length
    return page
  }

  #transfer(move: Move, index: number, page: Uint32Array): void {
    this.#fd ??= openSync(this.path, 'w+')
    for (let done = 0; done < page.byteLength; ) {
      const view = new Uint8Array(page.buffer, done)
      const moved = move(this.#fd, view, index * page.byteLength + done)
      if (moved === 0) throw new Error(`${this.path} ends too early`)
      done += moved
    }
  }
}

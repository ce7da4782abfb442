import { ByteTrie } from './byte-trie.js'
import { pieceTypes, type SentencePieceFile } from './model-file.js'
import { widthOf } from './normalizer.js'
import type { Segmentation } from './segmentation.js'

/** Joins neighbouring parts of a text, always those whose piece scores most, the first of equal ones, until none is left. */
export class BytePairs {
  readonly #ids = new Map<string, number>()
  readonly #frozen = new ByteTrie()
  readonly #file: SentencePieceFile

  constructor(file: SentencePieceFile) {
    this.#file = file
    for (const [id, piece] of file.pieces.entries()) {
      const type = file.types[id]
      if (type === pieceTypes.normal || type === pieceTypes.userDefined || type === pieceTypes.unused)
        this.#ids.set(Buffer.from(piece).toString('latin1'), id)
      if (type === pieceTypes.userDefined) this.#frozen.add(Buffer.from(piece), id)
    }
  }

  cut(bytes: Uint8Array, into: Segmentation): void {
    // One unit a byte: slices of it are compared and looked up as bytes.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    const parts = this.#parts(bytes)
    const queue = new Queue()
    const halves = new Map<string, number>()
    const offer = (left: number, right: number) => {
      if (left < 0 || right < 0 || parts.frozen[left] === 1 || parts.frozen[right] === 1) return
      const piece = text.slice(parts.starts[left], parts.ends[right])
      const id = this.#ids.get(piece)
      if (id === undefined) return
      queue.add({ left, right, end: parts.ends[right], score: this.#file.scores[id] })
      if (this.#file.types[id] === pieceTypes.unused) halves.set(piece, parts.ends[left] - parts.starts[left])
    }
    for (let part = 1; part < parts.count; part++) offer(part - 1, part)
    for (let pair = queue.take(); pair !== undefined; pair = queue.take()) {
      const { left, right, end } = pair
      // Either side was joined with another in the meantime.
      if (parts.nexts[left] !== right || parts.ends[right] !== end || parts.isGone(left)) continue
      if (parts.starts[right] !== parts.ends[left]) continue
      parts.join(left, right)
      offer(parts.befores[left], left)
      offer(left, parts.nexts[left])
    }
    for (let part = parts.count === 0 ? -1 : 0; part >= 0; part = parts.nexts[part])
      this.#emit(text, { start: parts.starts[part], end: parts.ends[part], halves }, into)
  }

  /** Pieces that are not used come out as the two that they were made of. */
  #emit(
    text: string,
    { start, end, halves }: { readonly start: number; readonly end: number; readonly halves: Map<string, number> },
    into: Segmentation,
  ): void {
    const piece = text.slice(start, end)
    const id = this.#ids.get(piece) ?? -1
    const half = id >= 0 && this.#file.types[id] === pieceTypes.unused ? halves.get(piece) : undefined
    if (half === undefined) into.add(id, end)
    else {
      this.#emit(text, { start, end: start + half, halves }, into)
      this.#emit(text, { start: start + half, end, halves }, into)
    }
  }

  #parts(bytes: Uint8Array): Parts {
    const parts = new Parts(bytes.length)
    for (let at = 0; at < bytes.length; ) {
      const whole = this.#frozen.longestAt(bytes, at, bytes.length)
      const end = whole >= 0 ? whole : Math.min(bytes.length, at + widthOf(bytes[at]))
      parts.add(at, end, whole >= 0)
      at = end
    }
    parts.close()
    return parts
  }
}

/** Parts of a text in a chain. */
class Parts {
  count = 0
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly befores: Int32Array
  readonly nexts: Int32Array
  readonly frozen: Uint8Array

  constructor(most: number) {
    this.starts = new Int32Array(most)
    this.ends = new Int32Array(most)
    this.befores = new Int32Array(most)
    this.nexts = new Int32Array(most)
    this.frozen = new Uint8Array(most)
  }

  add(start: number, end: number, isFrozen: boolean): void {
    const part = this.count++
    this.starts[part] = start
    this.ends[part] = end
    this.befores[part] = part - 1
    this.nexts[part] = part + 1
    this.frozen[part] = isFrozen ? 1 : 0
  }

  close(): void {
    if (this.count > 0) this.nexts[this.count - 1] = -1
  }

  isGone(part: number): boolean {
    return this.ends[part] < 0
  }

  join(left: number, right: number): void {
    this.ends[left] = this.ends[right]
    this.ends[right] = -1
    const next = this.nexts[right]
    this.nexts[left] = next
    if (next >= 0) this.befores[next] = left
  }
}

interface Pair {
  readonly left: number
  readonly right: number
  /** Where the right part ended when the pair was found. */
  readonly end: number
  readonly score: number
}

/** Pairs by score, then from left to right. */
class Queue {
  readonly #heap: Pair[] = []

  add(pair: Pair): void {
    const heap = this.#heap
    let at = heap.push(pair) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(heap[at], heap[parent])) break
      ;[heap[at], heap[parent]] = [heap[parent], heap[at]]
      at = parent
    }
  }

  take(): Pair | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (heap.length === 0 || last === undefined) return first
    heap[0] = last
    for (let at = 0; ; ) {
      let least = at
      for (const child of [at * 2 + 1, at * 2 + 2])
        if (child < heap.length && isBefore(heap[child], heap[least])) least = child
      if (least === at) return first
      ;[heap[at], heap[least]] = [heap[least], heap[at]]
      at = least
    }
  }
}

function isBefore(a: Pair, b: Pair): boolean {
  return a.score === b.score ? a.left < b.left : a.score > b.score
}

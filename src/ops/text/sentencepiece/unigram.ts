import { ByteTrie } from './byte-trie.js'
import { pieceTypes, type SentencePieceFile } from './model-file.js'
import { widthOf } from './normalizer.js'
import type { Segmentation } from './segmentation.js'

/** What an unknown character scores below the least score of a piece. */
const unknownPenalty = 10
const noPiece = -2

/** Cuts a text into the pieces with the greatest sum of scores, of equal ones the first found (Viterbi). */
export class Unigram {
  readonly #trie = new ByteTrie()
  readonly #scores: Float64Array
  readonly #unknownScore: number
  #best = new Float32Array(1 << 12)
  #starts = new Int32Array(1 << 12)
  #ids = new Int32Array(1 << 12)

  constructor({ pieces, scores, types }: SentencePieceFile) {
    const normal = scores.filter((_, id) => types[id] === pieceTypes.normal)
    const least = normal.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY)
    const greatest = normal.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY)
    this.#unknownScore = Math.fround(least - unknownPenalty)
    this.#scores = new Float64Array(pieces.length)
    for (const [id, piece] of pieces.entries()) {
      const bytes = Buffer.from(piece)
      if (types[id] === pieceTypes.normal) this.#scores[id] = scores[id]
      else if (types[id] === pieceTypes.userDefined) this.#scores[id] = Math.fround(bytes.length * greatest - 0.1)
      else continue
      this.#trie.add(bytes, id)
    }
  }

  cut(bytes: Uint8Array, into: Segmentation): void {
    this.#prepare(bytes.length)
    const { length } = bytes
    for (let at = 0; at < length; ) {
      const width = widthOf(bytes[at])
      this.#extend(bytes, at, Math.min(length, at + width))
      at += width
    }
    this.#traceBack(length, into)
  }

  #prepare(length: number): void {
    if (length >= this.#best.length) {
      const size = 2 ** Math.ceil(Math.log2(length + 1))
      this.#best = new Float32Array(size)
      this.#starts = new Int32Array(size)
      this.#ids = new Int32Array(size)
    }
    this.#ids.fill(noPiece, 0, length + 1)
    this.#best[0] = 0
  }

  /** Puts every piece that starts at a place behind the best way to it. */
  #extend(bytes: Uint8Array, start: number, charEnd: number): void {
    const trie = this.#trie
    const { length } = bytes
    let hasChar = false
    let node = 0
    for (let at = start; at < length; ) {
      node = trie.child(node, bytes[at++])
      if (node === 0) break
      const id = trie.idAt(node)
      if (id < 0) continue
      if (at === charEnd) hasChar = true
      this.#offer(start, at, id)
    }
    if (!hasChar) this.#offer(start, charEnd, -1)
  }

  /** Notes the way to `end` by the piece that starts at `start`, where it is the best so far; -1 is an unknown character. */
  #offer(start: number, end: number, id: number): void {
    const rounded = Math.fround(this.#best[start] + (id < 0 ? this.#unknownScore : this.#scores[id]))
    if (this.#ids[end] !== noPiece && rounded <= this.#best[end]) return
    this.#best[end] = rounded
    this.#starts[end] = start
    this.#ids[end] = id
  }

  #traceBack(length: number, into: Segmentation): void {
    let count = 0
    for (let end = length; end > 0; end = this.#starts[end]) {
      into.add(this.#ids[end], end)
      count++
    }
    into.ids.subarray(0, count).reverse()
    into.ends.subarray(0, count).reverse()
  }
}

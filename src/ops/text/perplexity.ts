import { decodeUtf8 } from '../../util/utf8.js'
import { charSets } from './char-set.js'
import type { LanguageModel } from './kenlm/language-model.js'
import { splitLines } from './lines.js'
import type { SentencePiece } from './sentencepiece/sentencepiece.js'

const irregular = -1
const unasked = -2
const mostUnknown = 50_000

/**
 * The perplexity of texts by the pieces of a SentencePiece model and a language model over them, as Data-Juicer has it:
 * pieces joined by blanks, line by line.
 */
export class PerplexityMeter {
  /** By piece: the language model's id of it, or that it holds blanks, breaks or NUL and takes the long way. */
  readonly #wordOf: Int32Array
  readonly #byteWords: Int32Array
  #words = new Int32Array(1 << 10)

  constructor(
    readonly pieces: SentencePiece,
    readonly model: LanguageModel,
  ) {
    this.#wordOf = new Int32Array(pieces.pieceTexts.length).fill(unasked)
    this.#byteWords = Int32Array.from({ length: 256 }, (_, byte) =>
      model.wordId(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
    )
  }

  /** To one decimal; 0 where the text has no pieces. */
  measure(text: string): number {
    const count = this.#collect(text)
    if (count === 0) return 0
    if (count < 0) return this.#measureLines(this.pieces.pieces(text).join(' '))
    return perplexityOf(this.model.score(this.#words, count), count + 1)
  }

  /** Puts the words of a text into `#words` and says how many; -1 where there may be other lines or words than pieces. */
  #collect(text: string): number {
    const cut = this.pieces.cut(text)
    let count = 0
    const bytes = Buffer.from(cut.bytes.buffer, cut.bytes.byteOffset, cut.bytes.length)
    let unknownFrom = -1
    for (let index = 0; index <= cut.count; index++) {
      const id = index === cut.count ? 0 : cut.ids[index]
      if (id < 0 && unknownFrom < 0) unknownFrom = cut.startOf(index)
      if (id < 0) continue
      if (unknownFrom >= 0) {
        count = this.#addUnknown(bytes, [unknownFrom, cut.startOf(index)], count)
        if (count < 0) return -1
        unknownFrom = -1
      }
      if (index === cut.count) break
      const word = this.#wordOfPiece(id)
      if (word === irregular) return -1
      this.#add(word, count++)
    }
    return count
  }

  #wordOfPiece(id: number): number {
    const known = this.#wordOf[id]
    if (known !== unasked) return known
    const piece = this.pieces.pieceTexts[id]
    const word = isPlain(piece) ? this.model.wordId(piece) : irregular
    this.#wordOf[id] = word
    return word
  }

  #addUnknown(bytes: Buffer, [start, end]: readonly [number, number], count: number): number {
    if (this.pieces.fallsBackOnBytes) {
      for (let at = start; at < end; at++) this.#add(this.#byteWords[bytes[at]], count++)
      return count
    }
    const word = this.#unknownWord(decodeUtf8(bytes, start, end))
    if (word === irregular) return -1
    this.#add(word, count)
    return count + 1
  }

  /** What stands in no piece is mostly of a few characters that come again and again. */
  #unknownWord(piece: string): number {
    const known = this.#unknown.get(piece)
    if (known !== undefined) return known
    const word = isPlain(piece) ? this.model.wordId(piece) : irregular
    if (this.#unknown.size >= mostUnknown) this.#unknown.clear()
    this.#unknown.set(piece, word)
    return word
  }

  readonly #unknown = new Map<string, number>()

  #add(word: number, at: number): void {
    if (at === this.#words.length) {
      const larger = new Int32Array(at * 2)
      larger.set(this.#words)
      this.#words = larger
    }
    this.#words[at] = word
  }

  #measureLines(text: string): number {
    let score = 0
    let length = 0
    for (const line of splitLines(text)) {
      score += this.model.scoreLine(line)
      length += countWords(line) + 1
    }
    return length === 0 ? 0 : perplexityOf(score, length)
  }
}

/** False where a piece holds what words or lines are parted at, or NUL. */
function isPlain(piece: string): boolean {
  const space = charSets.pythonSpace().bmp
  const breaks = charSets.pythonLineBreak().bmp
  if (piece === '') return false
  for (let at = 0; at < piece.length; at++) {
    const unit = piece.charCodeAt(at)
    if (unit === 0 || space[unit] === 1 || breaks[unit] === 1) return false
  }
  return true
}

/** Words as `str.split()` finds them. */
function countWords(line: string): number {
  const space = charSets.pythonSpace().bmp
  let count = 0
  let isInside = false
  for (let at = 0; at < line.length; at++) {
    const isSpace = space[line.charCodeAt(at)] === 1
    if (!isSpace && !isInside) count++
    isInside = !isSpace
  }
  return count
}

function perplexityOf(score: number, length: number): number {
  return roundToTenth(10 ** (-score / length))
}

/** Python's `round(x, 1)`: of what lies exactly between two, the even one. */
function roundToTenth(value: number): number {
  if (value >= 1e21) return value
  const twentieths = value * 20
  const isTie = Number.isInteger(twentieths) && twentieths % 2 !== 0 && (value * 4) % 1 === 0
  if (!isTie) return Number(value.toFixed(1))
  const below = Math.floor(value * 10)
  return (below % 2 === 0 ? below : below + 1) / 10
}

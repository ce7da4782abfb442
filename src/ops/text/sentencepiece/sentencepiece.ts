import { BytePairs } from './bpe.js'
import { ByteTrie } from './byte-trie.js'
import { pieceTypes, readSentencePieceFile, type SentencePieceFile } from './model-file.js'
import { Normalizer } from './normalizer.js'
import { Segmentation } from './segmentation.js'
import { Unigram } from './unigram.js'

/**
 * Cuts texts into the pieces of a SentencePiece model, unigram or BPE, as the library of that name does
 * (`encode_as_pieces`; github.com/google/sentencepiece).
 */
export class SentencePiece {
  readonly #file: SentencePieceFile
  readonly #normalizer: Normalizer
  readonly #model: Unigram | BytePairs
  readonly #cut = new Segmentation()
  readonly #unknownId: number

  /** @throws {Error} where the bytes are no model that can be read */
  constructor(bytes: Uint8Array) {
    const file = readSentencePieceFile(bytes)
    this.#file = file
    this.#unknownId = Math.max(0, file.types.indexOf(pieceTypes.unknown))
    this.#normalizer = new Normalizer(file.normalizer, {
      whole: wholePieces(file),
      marksAtEnd: file.treatsWhitespaceAsSuffix,
    })
    this.#model = file.kind === 'unigram' ? new Unigram(file) : new BytePairs(file)
  }

  /** The pieces by id. */
  get pieceTexts(): readonly string[] {
    return this.#file.pieces
  }

  get fallsBackOnBytes(): boolean {
    return this.#file.fallsBackOnBytes
  }

  normalize(text: string): string {
    return Buffer.from(this.#normalizer.normalize(Buffer.from(text))).toString()
  }

  /** Where the text is cut, with -1 for each character that no piece has; valid until the next call. */
  cut(text: string): Segmentation {
    const bytes = this.#normalizer.normalize(Buffer.from(text))
    this.#cut.clear(bytes)
    this.#model.cut(bytes, this.#cut)
    return this.#cut
  }

  /** The pieces of a text. Neighbouring characters that no piece has are one, or bytes where the model falls back on them. */
  pieces(text: string): string[] {
    return this.#collect(this.cut(text)).map(({ piece }) => piece)
  }

  /** The ids of the pieces of a text. */
  ids(text: string): number[] {
    return this.#collect(this.cut(text)).map(({ id }) => id)
  }

  #collect(cut: Segmentation): { piece: string; id: number }[] {
    const found: { piece: string; id: number }[] = []
    let unknownFrom = -1
    const closeUnknown = (end: number) => {
      if (unknownFrom < 0) return
      const bytes = Buffer.from(cut.bytes.subarray(unknownFrom, end))
      if (this.fallsBackOnBytes) for (const byte of bytes) found.push(this.#bytePiece(byte))
      else found.push({ piece: bytes.toString(), id: this.#unknownId })
      unknownFrom = -1
    }
    for (let index = 0; index < cut.count; index++) {
      const id = cut.ids[index]
      const start = cut.startOf(index)
      if (id < 0) {
        if (unknownFrom < 0) unknownFrom = start
        continue
      }
      closeUnknown(start)
      found.push({ piece: this.#file.pieces[id], id })
    }
    closeUnknown(cut.bytes.length)
    return found
  }

  #bytePiece(byte: number): { piece: string; id: number } {
    const piece = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
    this.#byteIds ??= new Map(this.#file.pieces.map((text, id) => [text, id]))
    return { piece, id: this.#byteIds.get(piece) ?? this.#unknownId }
  }

  #byteIds: Map<string, number> | undefined
}

/** Pieces of the user's own, which are never mapped or cut. */
function wholePieces({ pieces, types }: SentencePieceFile): ByteTrie | undefined {
  if (!types.includes(pieceTypes.userDefined)) return undefined
  const trie = new ByteTrie()
  for (const [id, piece] of pieces.entries()) if (types[id] === pieceTypes.userDefined) trie.add(Buffer.from(piece), id)
  return trie
}

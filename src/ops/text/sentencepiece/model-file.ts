import { protobufFields } from './protobuf.js'

export const pieceTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const

/** What a file of SentencePiece holds, as far as encoding needs it. */
export interface SentencePieceFile {
  /** By id. */
  readonly pieces: readonly string[]
  readonly scores: Float32Array
  /** One of `pieceTypes` each. */
  readonly types: Uint8Array
  readonly kind: 'unigram' | 'bpe'
  readonly treatsWhitespaceAsSuffix: boolean
  readonly fallsBackOnBytes: boolean
  readonly normalizer: NormalizerRules
}

export interface NormalizerRules {
  /** Trie and texts that characters are mapped by; empty where they stay as they are. */
  readonly charsMap: Uint8Array
  readonly addsDummyPrefix: boolean
  readonly removesExtraWhitespaces: boolean
  readonly escapesWhitespaces: boolean
}

/**
 * Reads a model of SentencePiece (`ModelProto` of sentencepiece_model.proto).
 *
 * @throws {Error} where the bytes are none, or the model is neither unigram nor BPE
 */
export function readSentencePieceFile(bytes: Uint8Array): SentencePieceFile {
  const pieces: Piece[] = []
  let trainer = { kind: 1, suffix: false, byteFallback: false }
  let normalizer: NormalizerRules = {
    charsMap: new Uint8Array(),
    addsDummyPrefix: true,
    removesExtraWhitespaces: true,
    escapesWhitespaces: true,
  }
  for (const { field, bytes: inner } of protobufFields(bytes)) {
    if (inner === undefined) continue
    if (field === 1) pieces.push(readPiece(inner))
    else if (field === 2) trainer = readTrainer(inner)
    else if (field === 3) normalizer = readNormalizer(inner)
  }
  if (pieces.length === 0) throw new Error('it has no pieces, so it is no model of SentencePiece')
  if (trainer.kind !== 1 && trainer.kind !== 2)
    throw new Error(`models of type ${trainer.kind === 3 ? 'word' : 'char'} are not read; unigram and bpe are`)
  return {
    pieces: pieces.map(({ text }) => text),
    scores: Float32Array.from(pieces, ({ score }) => score),
    types: Uint8Array.from(pieces, ({ type }) => type),
    kind: trainer.kind === 1 ? 'unigram' : 'bpe',
    treatsWhitespaceAsSuffix: trainer.suffix,
    fallsBackOnBytes: trainer.byteFallback,
    normalizer,
  }
}

interface Piece {
  readonly text: string
  readonly score: number
  readonly type: number
}

function readPiece(bytes: Uint8Array): Piece {
  let text = ''
  let score = 0
  let type: number = pieceTypes.normal
  for (const { field, bytes: inner, value, float } of protobufFields(bytes)) {
    if (field === 1 && inner !== undefined) text = Buffer.from(inner).toString()
    else if (field === 2) score = float
    else if (field === 3) type = value
  }
  return { text, score, type }
}

function readTrainer(bytes: Uint8Array): { kind: number; suffix: boolean; byteFallback: boolean } {
  const trainer = { kind: 1, suffix: false, byteFallback: false }
  for (const { field, value } of protobufFields(bytes)) {
    if (field === 3) trainer.kind = value
    else if (field === 24) trainer.suffix = value !== 0
    else if (field === 35) trainer.byteFallback = value !== 0
  }
  return trainer
}

function readNormalizer(bytes: Uint8Array): NormalizerRules {
  let charsMap: Uint8Array = new Uint8Array()
  const flags = [true, true, true]
  for (const { field, bytes: inner, value } of protobufFields(bytes)) {
    if (field === 2 && inner !== undefined) charsMap = inner
    else if (field >= 3 && field <= 5) flags[field - 3] = value !== 0
  }
  const [addsDummyPrefix, removesExtraWhitespaces, escapesWhitespaces] = flags
  return { charsMap, addsDummyPrefix, removesExtraWhitespaces, escapesWhitespaces }
}

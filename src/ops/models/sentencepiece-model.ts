import { readFileSync } from 'node:fs'
import type { ModelFile } from '../../core/operator.js'
import { SentencePiece } from '../text/sentencepiece/sentencepiece.js'
import { findModel } from './find-model.js'
import { digestOfModel, loadModel, sizeOfModel } from './model-cache.js'

/** Memory for a byte of the file: pieces as texts, and a trie of them. */
const memoryFactor = 24

/** A SentencePiece model that is known to be readable. */
export interface SentencePieceModel {
  readonly file: ModelFile
  readonly digest: string
  readonly model: SentencePiece
}

/** @throws {Error} where the file is absent or cannot be read */
export function sentencePieceOf(name: string, modelDir: string | null | undefined): SentencePieceModel {
  const path = findModel(name, modelDir, 'its SentencePiece model')
  const model = loadModel('sentencepiece', path, each => new SentencePiece(readFileSync(each)))
  return { file: { path, memoryBytes: sizeOfModel(path) * memoryFactor }, digest: digestOfModel(path), model }
}

/** The model of a language, under the name that Data-Juicer has for it. */
export function sentencePieceFor(lang: string, modelDir: string | null | undefined): SentencePieceModel {
  return sentencePieceOf(`${lang}.sp.model`, modelDir)
}

import { pathToFileURL } from 'node:url'
import type { ModelFile } from '../../core/operator.js'
import { findModel } from './find-model.js'
import { digestOfModel, sizeOfModel } from './model-cache.js'

/** A label and how sure the model is of it, 0 to 1. */
export interface LabelScore {
  readonly label: string
  readonly score: number
}

/** A classifier of fastText, supervised, compressed or not. */
export interface FastTextClassifier {
  readonly file: ModelFile
  readonly digest: string
  /** All labels, the likeliest first, without `__label__`. Line feeds count as blanks. */
  classify(text: string): LabelScore[]
}

/** As much as WebAssembly may address, with what it takes beside the model. */
const mostBytes = 1.8e9
const allLabels = -1

/** @throws {Error} where the file is absent, too large, or no model of fastText */
export async function fastTextOf(name: string, modelDir: string | null | undefined): Promise<FastTextClassifier> {
  const path = findModel(name, modelDir, 'its fastText model')
  const size = sizeOfModel(path)
  if (size > mostBytes)
    throw new Error(
      `${path} has ${Math.round(size / 1e6)} MB, where ${mostBytes / 1e6} are the most; compress it with \`fasttext quantize\``,
    )
  const model = await load(path)
  return {
    file: { path, memoryBytes: size * 2 },
    digest: digestOfModel(path),
    classify(text) {
      const guesses = model.predict(text.replaceAll('\n', ' '), allLabels, 0)
      try {
        return Array.from({ length: guesses.size() }, (_, index) => {
          const [score, label] = guesses.get(index) as unknown as [number, string]
          return { label: label.replace('__label__', ''), score }
        })
      } finally {
        ;(guesses as unknown as { delete?: () => void }).delete?.()
      }
    },
  }
}

async function load(path: string) {
  const { getLIDModel } = await import('fasttext.wasm.js')
  const loader = await getLIDModel()
  loader.modelPath = pathToFileURL(path).href
  try {
    await loader.load()
  } catch (error) {
    throw new Error(`${path}: it is no model of fastText (${String(error)})`)
  }
  if (loader.model === null) throw new Error(`${path}: it could not be loaded`)
  return loader.model
}

/** A language and how sure a model is of it, 0 to 1. */
export interface LanguageGuess {
  readonly language: string
  readonly score: number
}

export type IdentifyLanguage = (text: string) => LanguageGuess

/** Loads a model that ships in a package; nothing is downloaded. */
export async function loadLanguageModel(model: 'fasttext' | 'eld'): Promise<IdentifyLanguage> {
  return model === 'eld' ? loadEld() : loadFastText()
}

async function loadFastText(): Promise<IdentifyLanguage> {
  const { getLIDModel } = await import('fasttext.wasm.js')
  const loader = await getLIDModel()
  await loader.load()
  const { model } = loader
  if (model == null) throw new Error('the language model could not be loaded')
  return text => {
    const guesses = model.predict(text, 1, 0)
    try {
      if (guesses.size() === 0) return { language: '', score: 0 }
      const [score, label] = guesses.get(0) as unknown as [number, string]
      return { language: label.replace('__label__', ''), score }
    } finally {
      ;(guesses as unknown as { delete?: () => void }).delete?.()
    }
  }
}

async function loadEld(): Promise<IdentifyLanguage> {
  const { eld } = await import('eld/medium')
  return text => {
    const guess = eld.detect(text)
    return { language: guess.language, score: guess.getScores()[guess.language] ?? 0 }
  }
}

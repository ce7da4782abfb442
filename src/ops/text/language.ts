/** A language and how sure a model is of it, 0 to 1. */
export interface LanguageGuess {
  readonly language: string
  readonly score: number
}

export interface LanguageModel {
  identify(text: string): LanguageGuess
  /** The languages that it tells apart. */
  readonly languages: readonly string[]
}

/** Loads a model that ships in a package; nothing is downloaded. */
export async function loadLanguageModel(model: 'fasttext' | 'eld'): Promise<LanguageModel> {
  return model === 'eld' ? loadEld() : loadFastText()
}

async function loadFastText(): Promise<LanguageModel> {
  const { getLIDModel } = await import('fasttext.wasm.js')
  const loader = await getLIDModel()
  await loader.load()
  const { model } = loader
  if (model == null) throw new Error('the language model could not be loaded')
  const labels = model.getLabels()[0] as unknown as { size(): number; get(index: number): string }
  const languages = Array.from({ length: labels.size() }, (_, index) => labels.get(index).replace('__label__', ''))
  const identify = (text: string) => {
    const guesses = model.predict(text, 1, 0)
    try {
      if (guesses.size() === 0) return { language: '', score: 0 }
      const [score, label] = guesses.get(0) as unknown as [number, string]
      return { language: label.replace('__label__', ''), score }
    } finally {
      ;(guesses as unknown as { delete?: () => void }).delete?.()
    }
  }
  return { identify, languages }
}

async function loadEld(): Promise<LanguageModel> {
  const { eld } = await import('eld/medium')
  const identify = (text: string) => {
    const guess = eld.detect(text)
    return { language: guess.language, score: guess.getScores()[guess.language] ?? 0 }
  }
  return { identify, languages: Object.values(eld.info().Languages as Readonly<Record<string, string>>) }
}

/** What a model finds of n-grams, newest word first; answers stay valid until the next question. */
export interface Ngrams {
  readonly order: number
  /** The id of a word given in UTF-8; 0 where it is unknown. */
  wordId(word: Uint8Array): number
  /** Starts with a word and leaves its log10 probability and back-off in `probability` and `backoff`. */
  start(word: number): void
  /** Goes on with the word before those so far; false where there is no such n-gram. `isLongest`: of full order, without back-off. */
  extend(word: number, isLongest: boolean): boolean
  readonly probability: number
  readonly backoff: number
}

/** Whether words stand behind the start of a sentence, and before its end. */
export interface Bounds {
  readonly hasStart: boolean
  readonly hasEnd: boolean
}

const wholeSentence: Bounds = { hasStart: true, hasEnd: true }
const float = Math.fround

/** An n-gram language model as KenLM scores by it: log10 of the probability of a sentence, in floats of 32 bits. */
export class LanguageModel {
  readonly #ngrams: Ngrams
  readonly #begin: number
  readonly #end: number
  /** Words before the next one, newest first, with the back-offs of the n-grams that they make. */
  #words: Int32Array
  #backoffs: Float32Array
  #length = 0
  #nextWords: Int32Array
  #nextBackoffs: Float32Array

  constructor(ngrams: Ngrams) {
    this.#ngrams = ngrams
    this.#begin = ngrams.wordId(Buffer.from('<s>'))
    this.#end = ngrams.wordId(Buffer.from('</s>'))
    const most = ngrams.order
    this.#words = new Int32Array(most)
    this.#backoffs = new Float32Array(most)
    this.#nextWords = new Int32Array(most)
    this.#nextBackoffs = new Float32Array(most)
  }

  get order(): number {
    return this.#ngrams.order
  }

  wordId(word: string): number {
    return this.#ngrams.wordId(Buffer.from(word))
  }

  /** Scores words, by their ids, between the start and the end of a sentence. */
  score(ids: Int32Array, count: number, { hasStart, hasEnd }: Bounds = wholeSentence): number {
    this.#length = 0
    if (hasStart) this.#startSentence()
    let total = 0
    for (let i = 0; i < count; i++) total = float(total + this.#next(ids[i]))
    return hasEnd ? float(total + this.#next(this.#end)) : total
  }

  /** Scores a line: words between blanks of ASCII, up to the first NUL, as the Python package does. */
  scoreLine(line: string, bounds: Bounds = wholeSentence): number {
    const until = line.indexOf('\0')
    const words = (until < 0 ? line : line.slice(0, until)).split(/[\t\n\v\f\r ]+/).filter(word => word !== '')
    const ids = Int32Array.from(words, word => this.wordId(word))
    return this.score(ids, ids.length, bounds)
  }

  #startSentence(): void {
    this.#ngrams.start(this.#begin)
    this.#words[0] = this.#begin
    this.#backoffs[0] = this.#ngrams.backoff
    this.#length = 1
  }

  /** The probability of a word behind those so far, which it then joins. */
  #next(word: number): number {
    const ngrams = this.#ngrams
    const order = ngrams.order
    const before = this.#length
    ngrams.start(word)
    let probability = ngrams.probability
    this.#nextBackoffs[0] = ngrams.backoff
    this.#nextWords[0] = word
    let found = 1
    while (found <= before) {
      const isLongest = found + 1 === order
      if (!ngrams.extend(this.#words[found - 1], isLongest)) break
      probability = ngrams.probability
      if (!isLongest) {
        this.#nextWords[found] = this.#words[found - 1]
        this.#nextBackoffs[found] = ngrams.backoff
      }
      found++
    }
    for (let i = found - 1; i < before; i++) probability = float(probability + this.#backoffs[i])
    this.#length = Math.min(found, order - 1)
    ;[this.#words, this.#nextWords] = [this.#nextWords, this.#words]
    ;[this.#backoffs, this.#nextBackoffs] = [this.#nextBackoffs, this.#backoffs]
    return probability
  }
}

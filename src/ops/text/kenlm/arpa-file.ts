import { linesOf } from './arpa-lines.js'
import { ContextKey } from './context-key.js'
import { GrowingTable } from './growing-table.js'
import { HashedNgrams } from './hashed-ngrams.js'
import { murmurHash } from './murmur.js'
import { PagedBytes } from './paged-bytes.js'

const defaultUnknown = -100

/**
 * Reads a language model in ARPA format into hash tables. N-grams without that of their last words get one, as KenLM
 * gives them (lm/search_hashed.cc): with the probability that backing off gives, and no back-off.
 *
 * @throws {Error} where the file is no ARPA, with the line
 */
export function readArpa(path: string): HashedNgrams {
  const reader = new ArpaReader()
  let number = 0
  try {
    for (const line of linesOf(path)) {
      number++
      if (!reader.take(line)) break
    }
    return reader.finish()
  } catch (error) {
    throw new Error(`line ${number}: ${(error as Error).message}`)
  }
}

/**
 * Reads the counts at the start of an ARPA file.
 *
 * @returns the memory that the model takes, about
 * @throws {Error} where it is none
 */
export function checkArpa(path: string): number {
  const reader = new ArpaReader()
  let number = 0
  for (const line of linesOf(path)) {
    if (number++ > mostHeadLines) break
    try {
      reader.take(line)
    } catch (error) {
      throw new Error(`line ${number}: ${(error as Error).message}`)
    }
    if (reader.isPastCounts) return reader.memoryBytes
  }
  throw new Error('it is neither a binary of KenLM nor an ARPA file')
}

/** Counts stand within these, comments before them included. */
const mostHeadLines = 10_000

class ArpaReader {
  #stage: 'start' | 'counts' | 'grams' | 'end' = 'start'
  readonly #counts: number[] = []
  /** The order whose n-grams are being read. */
  #order = 0
  #words = 0
  #hasUnknown = false
  #vocabulary!: GrowingTable
  #unigrams!: PagedBytes
  /** Of orders 2 and up. */
  readonly #tables: GrowingTable[] = []

  get isPastCounts(): boolean {
    return this.#order > 0
  }

  /** Of the tables for what was counted. */
  get memoryBytes(): number {
    return this.#counts.reduce((sum, count) => sum + count * 24, this.#counts[0] * 26)
  }

  /** False where the model is over. */
  take(line: Buffer): boolean {
    const text = line.at(-1) === 0x0d ? line.subarray(0, -1) : line
    if (this.#stage === 'grams' && text.length > 0 && text[0] !== 0x5c) this.#takeGram(text)
    else this.#takeMark(text.toString('latin1').trim())
    return this.#stage !== 'end'
  }

  finish(): HashedNgrams {
    if (this.#stage !== 'end') throw new Error(this.#counts.length === 0 ? 'it is no ARPA file' : 'it is cut short')
    for (const word of ['<s>', '</s>'])
      if (this.#idOf(Buffer.from(word)) === 0) throw new Error(`it does not have ${word}`)
    return new HashedNgrams({
      order: this.#counts.length,
      vocabulary: this.#vocabulary.table,
      unigrams: { bytes: this.#unigrams, start: 0 },
      middles: this.#tables.slice(0, -1).map(({ table }) => table),
      longest: this.#tables[this.#tables.length - 1].table,
    })
  }

  #takeMark(line: string): void {
    if (line === '' || (this.#stage === 'start' && line.startsWith('#'))) return
    if (this.#stage === 'start' && line === '\\data\\') this.#stage = 'counts'
    else if (this.#stage === 'counts' && /^ngram /i.test(line)) this.#takeCount(line)
    else if (this.#stage !== 'start' && line === '\\end\\') this.#close()
    else if (this.#stage !== 'start' && line === `\\${this.#order + 1}-grams:`) this.#open()
    else throw new Error(`it is no ARPA file; found ${JSON.stringify(line.slice(0, 60))}`)
  }

  #takeCount(line: string): void {
    const [, order, count] = /^ngram\s+(\d+)\s*=\s*(\d+)$/i.exec(line) ?? []
    if (Number(order) !== this.#counts.length + 1) throw new Error(`n-grams of order ${order ?? '?'} out of turn`)
    this.#counts.push(Number(count))
  }

  #open(): void {
    if (this.#counts.length < 2) throw new Error(`it is of order ${this.#counts.length}; KenLM has orders from 2 on`)
    if (this.#order >= this.#counts.length) throw new Error(`n-grams of order ${this.#order + 1} were not announced`)
    this.#stage = 'grams'
    const count = this.#counts[this.#order++]
    if (this.#order === 1) {
      this.#vocabulary = new GrowingTable(count, 12)
      this.#unigrams = PagedBytes.zeros((count + 2) * 8)
      this.#unigrams.setFloat32(0, defaultUnknown)
    } else this.#tables.push(new GrowingTable(count, this.#order === this.#counts.length ? 12 : 16))
  }

  #close(): void {
    if (this.#order < this.#counts.length) throw new Error(`n-grams of order ${this.#order + 1} are missing`)
    this.#stage = 'end'
  }

  #takeGram(line: Buffer): void {
    const fields = fieldsOf(line)
    const { length } = fields
    if (length < this.#order + 1 || length > this.#order + 2)
      throw new Error(
        `an n-gram of order ${this.#order} has a probability, ${this.#order} words and perhaps a back-off`,
      )
    const probability = numberOf(fields[0])
    if (probability > 0) throw new Error(`a log probability of ${probability} is greater than 0`)
    const backoff = length > this.#order + 1 ? numberOf(fields[length - 1]) : 0
    if (this.#order === 1) this.#addWord(fields[1], probability, backoff)
    else this.#addGram(fields.slice(1, this.#order + 1), probability, backoff)
  }

  #addWord(word: Buffer, probability: number, backoff: number): void {
    const text = word.toString('latin1')
    let id = 0
    if (text !== '<unk>' && text !== '<UNK>') {
      id = ++this.#words
      if (id > this.#counts[0]) throw new Error(`there are more words than the ${this.#counts[0]} announced`)
      const { high, low } = murmurHash(word)
      const at = this.#vocabulary.add(high, low)
      if (at < 0) throw new Error(`the word ${word.toString()} is there twice`)
      this.#vocabulary.table.bytes.setInt32(at, id)
    } else if (this.#hasUnknown) throw new Error('<unk> is there twice')
    else this.#hasUnknown = true
    this.#unigrams.setFloat32(id * 8, probability)
    this.#unigrams.setFloat32(id * 8 + 4, backoff)
  }

  #idOf(word: Buffer): number {
    const { high, low } = murmurHash(word)
    const { table } = this.#vocabulary
    const at = table.find(high, low)
    return at < 0 ? 0 : table.bytes.int32(at)
  }

  #addGram(words: readonly Buffer[], probability: number, backoff: number): void {
    const ids = words.map(word => this.#knownId(word)).reverse()
    for (let length = 2; length < ids.length; length++) this.#fillIn(ids, length)
    const { high, low } = keyOf(ids, ids.length)
    const table = this.#tables[ids.length - 2]
    const at = table.add(high, low)
    if (at < 0) throw new Error(`the n-gram ${Buffer.concat(words).toString()} is there twice`)
    table.table.bytes.setFloat32(at, probability)
    if (ids.length < this.#counts.length) table.table.bytes.setFloat32(at + 4, backoff)
  }

  #knownId(word: Buffer): number {
    const id = this.#idOf(word)
    const text = word.toString()
    if (id === 0 && text !== '<unk>' && text !== '<UNK>') throw new Error(`${text} is no word of this model`)
    return id
  }

  /** Adds the n-gram of the last `length` words where it is missing. Ids are the newest first. */
  #fillIn(ids: readonly number[], length: number): void {
    const { high, low } = keyOf(ids, length)
    const table = this.#tables[length - 2]
    if (table.table.find(high, low) >= 0) return
    const probability = Math.fround(this.#backoffOf(ids.slice(1, length)) + this.#probabilityOf(ids, length - 1))
    const at = table.add(high, low)
    table.table.bytes.setFloat32(at, probability)
    table.table.bytes.setFloat32(at + 4, 0)
  }

  #backoffOf(ids: readonly number[]): number {
    if (ids.length === 1) return this.#unigrams.float32(ids[0] * 8 + 4)
    const { high, low } = keyOf(ids, ids.length)
    const { table } = this.#tables[ids.length - 2]
    const at = table.find(high, low)
    return at < 0 ? 0 : table.bytes.float32(at + 4)
  }

  #probabilityOf(ids: readonly number[], length: number): number {
    if (length === 1) return this.#unigrams.float32(ids[0] * 8)
    const { high, low } = keyOf(ids, length)
    const { table } = this.#tables[length - 2]
    return table.bytes.float32(table.find(high, low))
  }
}

const key = new ContextKey()

function keyOf(ids: readonly number[], length: number): ContextKey {
  key.start(ids[0])
  for (let i = 1; i < length; i++) key.extend(ids[i])
  return key
}

/** What stands between tabs, blanks and line ends. */
function fieldsOf(line: Buffer): Buffer[] {
  const fields: Buffer[] = []
  let start = -1
  for (let at = 0; at <= line.length; at++) {
    const byte = line[at]
    const isBlank = at === line.length || byte === 0x20 || byte === 0x09 || byte === 0x0d
    if (isBlank && start >= 0) {
      fields.push(line.subarray(start, at))
      start = -1
    } else if (!isBlank && start < 0) start = at
  }
  return fields
}

function numberOf(field: Buffer): number {
  const text = field.toString('latin1')
  const value = Number(text)
  if (text === '' || Number.isNaN(value)) throw new Error(`${JSON.stringify(text)} is no number`)
  return Math.fround(value)
}

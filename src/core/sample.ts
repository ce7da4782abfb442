import { countStringPoints } from '../util/json-string-length.js'
import { holdsNonFinite, nullNonFinite, parseJson, stringifyJson } from '../util/json-value.js'
import { decodeUtf8 } from '../util/utf8.js'
import { fields } from './fields.js'
import { isJsonObject, type JsonValue } from './json.js'
import { descend, nowhere, type Origin } from './origin.js'
import { requireJson } from './plain-json.js'
import { applyEdit, type Edit, spliceEdits } from './sample-edits.js'
import { SampleError } from './sample-error.js'
import { SourceText } from './source-text.js'

/** What the filters measured on a sample, by statistics key (`text_len`, `alnum_ratio`, …). */
export type Stats = Record<string, JsonValue>

/** A sample as it was at a moment. */
export interface SampleMark {
  readonly source: SourceText
  readonly edits: readonly Edit[] | undefined
  readonly revision: number
}

/** A value computed from a sample's text and shared by the operators of a segment, such as its words. */
export interface Derivation<T> {
  readonly name: string
  compute(text: string): T
}

/**
 * One record on its way through a segment. It keeps the JSON text it came as and parses only what an
 * operator asks for: `text(key)` decodes one field, `get(path)` parses the record. `toJsonText()` gives
 * back the source text with nothing but the changed fields replaced, so that fields nobody touched keep
 * their exact spelling (big integers, order of keys, white space).
 *
 * A path names a field: `text`, or with dots a nested one (`meta.lang`); a field whose own name holds
 * the dots goes first.
 */
export class Sample {
  #source: SourceText
  #tree: Record<string, JsonValue> | undefined
  #edits: Edit[] | undefined
  #revision = 0
  #textKey = ''
  #text: string | undefined
  #derived: Map<Derivation<unknown>, unknown> | undefined
  #stats: Stats | undefined
  #spelled: ReadonlySet<string> | undefined
  /** Hash fields that a deduplicator computed, kept for `keep_hashes_in_res_ds`. */
  hashes: Record<string, JsonValue> | undefined

  readonly origin: Origin

  /** @internal */
  constructor(origin: Origin, source: SourceText, stats?: Stats) {
    this.origin = origin
    this.#source = source
    this.#stats = stats
  }

  /** Makes a sample of a plain value; meant for tests and for readers of formats that have no JSON text. */
  static of(value: { readonly [key: string]: JsonValue }, origin: Origin = nowhere): Sample {
    const bytes = Buffer.from(stringifyJson(value))
    return new Sample(origin, new SourceText(bytes, 0, bytes.length))
  }

  /**
   * Makes a sample of a text that should hold one JSON object, and finds the field at `key` in the same pass.
   *
   * @throws {JsonSyntaxError} where it holds anything else
   * @internal
   */
  static scan(origin: Origin, source: SourceText, key: string): Sample {
    return new Sample(origin, source.scan(key))
  }

  /** The statistics so far; those that came with the record (`__dj__stats__`) count as already computed. */
  get stats(): Stats {
    if (this.#stats === undefined) {
      const given = this.#mayHoldStats() ? this.get([fields.stats]) : undefined
      this.#stats = isJsonObject(given) ? { ...given } : {}
    }
    return this.#stats
  }

  /**
   * Replaces the statistics, as a reader of checkpoint rows does.
   *
   * @internal
   */
  adoptStats(stats: Stats): void {
    this.#stats = stats
  }

  /**
   * The statistics, or undefined where no operator has looked at them.
   *
   * @internal
   */
  get computedStats(): Stats | undefined {
    return this.#stats
  }

  /**
   * Does something while only the statistics measured on a field are to be seen, under their plain names; outside they
   * are called `name@field`.
   */
  withStatsOf<T>(field: string, work: () => T): T {
    const all = this.stats
    const suffix = `@${field}`
    const own: Stats = {}
    for (const key in all) if (key.endsWith(suffix)) own[key.slice(0, -suffix.length)] = all[key]
    this.#stats = own
    const close = () => {
      for (const key in own) all[key + suffix] = own[key]
      this.#stats = all
    }
    let result: T
    try {
      result = work()
    } catch (error) {
      close()
      throw error
    }
    if (result instanceof Promise) return result.finally(close) as T
    close()
    return result
  }

  /** Puts null in place of statistics that are no finite numbers, which is how they are stored; returns how many. */
  settleStats(): number {
    const stats = this.#stats
    let count = 0
    for (const key in stats) {
      const value = stats[key]
      if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) continue
      if (!holdsNonFinite(value)) continue
      const { bytes, count: found } = nullNonFinite(Buffer.from(stringifyJson(value)))
      stats[key] = JSON.parse(bytes.toString()) as JsonValue
      count += found
    }
    return count
  }

  /**
   * The string at `key`.
   *
   * @throws {SampleError} where the field is missing or holds something else
   */
  text(key: string): string {
    if (this.#text !== undefined && this.#textKey === key) return this.#text
    const isPlain =
      this.#tree === undefined && this.#edits === undefined && this.#spelled === undefined && !key.includes('.')
    const value = isPlain ? this.#decodeField(key) : this.get(key)
    if (typeof value !== 'string') throw SampleError.fieldIsNotText(key, value)
    this.#textKey = key
    this.#text = value
    this.#derived = undefined
    return value
  }

  /** Replaces the string at `key`; equal text changes nothing. */
  setText(key: string, value: string): void {
    if (this.text(key) === value) return
    this.set(key, value)
    this.#textKey = key
    this.#text = value
  }

  /**
   * The length in code points of the string at `key`, counted in the source bytes; undefined where the text
   * has been decoded or changed, so that it is cheaper to count there.
   */
  lengthInSource(key: string): number | undefined {
    const isDecoded = this.#text !== undefined && this.#textKey === key
    if (isDecoded || this.#edits !== undefined || key.includes('.')) return undefined
    const span = this.#source.spanOf(key)
    const { bytes } = this.#source
    return span !== undefined && bytes[span.start] === 0x22 ? countStringPoints(bytes, span.start, span.end) : undefined
  }

  /** The value that `derivation` computes from the text at `key`, computed once until that text changes. */
  derive<T>(key: string, derivation: Derivation<T>): T {
    const text = this.text(key)
    this.#derived ??= new Map()
    if (this.#derived.has(derivation)) return this.#derived.get(derivation) as T
    const value = derivation.compute(text)
    this.#derived.set(derivation, value)
    return value
  }

  /** The whole record, parsed. Never change it in place: `set` is what is written. */
  get value(): { readonly [key: string]: JsonValue } {
    if (this.#tree === undefined) {
      const { bytes, start, end } = this.#source
      let tree = parseJson(decodeUtf8(bytes, start, end)) as Record<string, JsonValue>
      for (const edit of this.#edits ?? []) tree = applyEdit(tree, edit)
      this.#tree = tree
    }
    return this.#tree
  }

  /** The value at a path, or undefined where there is none. An array of keys is taken literally, dots and all. */
  get(path: string | readonly string[]): JsonValue | undefined {
    let value: JsonValue | undefined = this.value
    const keys = this.#keysOf(path)
    for (const key of keys) {
      if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined
      value = value[key]
    }
    const isSpelled = typeof value === 'number' && keys.length === 1 && this.#spelled?.has(keys[0])
    return isSpelled ? this.#spellingOf(keys[0], value as number) : value
  }

  /** Has numbers in these fields read as the text that spells them, as a cell of CSV does. */
  spell(keys: ReadonlySet<string> | undefined): void {
    this.#spelled = keys
    this.#text = undefined
    this.#derived = undefined
  }

  #spellingOf(key: string, value: number): string {
    const span = this.#edits === undefined ? this.#source.spanOf(key) : undefined
    return span === undefined ? String(value) : decodeUtf8(this.#source.bytes, span.start, span.end)
  }

  /** Sets the value at a path, making the objects on the way where they are absent. */
  set(path: string | readonly string[], value: JsonValue): void {
    requireJson(value, typeof path === 'string' ? path : path.join('.'))
    this.#edit({ keys: this.#keysOf(path), value })
  }

  /** Removes the field at a path. */
  remove(path: string | readonly string[]): void {
    if (this.get(path) !== undefined) this.#edit({ keys: this.#keysOf(path), value: undefined })
  }

  /** How many times a field was changed. */
  get revision(): number {
    return this.#revision
  }

  /**
   * Notes what the sample is now, to go back to.
   *
   * @internal
   */
  mark(): SampleMark {
    return { source: this.#source, edits: this.#edits?.slice(), revision: this.#revision }
  }

  /**
   * Undoes all changes of fields since a mark, such as those of an operator that then failed.
   *
   * @internal
   */
  restore({ source, edits, revision }: SampleMark): void {
    if (revision === this.#revision) return
    this.#source = source
    this.#edits = edits?.slice()
    this.#revision = revision
    this.#tree = undefined
    this.#text = undefined
    this.#derived = undefined
  }

  /**
   * The record as UTF-8 JSON text on one line: the source's own bytes where nothing changed.
   *
   * @internal
   */
  toJsonText(): SourceText {
    if (this.#edits !== undefined) {
      const bytes = this.#replaceField(this.#edits) ?? spliceEdits(this.#source, this.#edits)
      this.#source = new SourceText(bytes, 0, bytes.length)
      this.#edits = undefined
    }
    return this.#source
  }

  /**
   * Puts another record in the place of this one, as UTF-8 JSON text; what was measured on it is gone.
   *
   * @internal
   */
  replace(bytes: Buffer): void {
    this.#source = new SourceText(bytes, 0, bytes.length)
    this.#tree = undefined
    this.#edits = undefined
    this.#text = undefined
    this.#derived = undefined
    this.#stats = undefined
    this.hashes = undefined
    this.#revision++
  }

  /** A new sample with the same fields and statistics, as the `index`-th descendant of this one. */
  fork(index: number): Sample {
    return this.copy(descend(this.origin, index))
  }

  /** A sample of its own with the same fields and statistics. */
  copy(origin: Origin = this.origin): Sample {
    const stats = this.#stats === undefined ? undefined : { ...this.#stats }
    const copy = new Sample(origin, this.toJsonText(), stats)
    copy.hashes = this.hashes
    return copy
  }

  /** False where the record certainly has no statistics field, not even one whose key is written with escapes. */
  #mayHoldStats(): boolean {
    if (this.#tree !== undefined || this.#edits?.some(({ keys }) => keys[0] === fields.stats)) return true
    return this.#source.mayHoldReserved(fields.stats)
  }

  #keysOf(path: string | readonly string[]): readonly string[] {
    if (typeof path !== 'string') return path
    if (!path.includes('.') || Object.hasOwn(this.value, path)) return [path]
    return path.split('.')
  }

  #edit(edit: Edit): void {
    if (this.#tree !== undefined) this.#tree = applyEdit(this.#tree, edit)
    this.#edits ??= []
    this.#revision++
    this.#edits.push(edit)
    this.#text = undefined
    this.#derived = undefined
  }

  #decodeField(key: string): JsonValue | undefined {
    const span = this.#source.spanOf(key)
    return span === undefined ? undefined : parseRange(this.#source.bytes, span.start, span.end)
  }

  /** The source with one of its own fields replaced, where that is all that the edits do and the field's place is known. */
  #replaceField(edits: readonly Edit[]): Buffer | undefined {
    const { keys, value } = edits[edits.length - 1]
    const isOneField = edits.every(
      edit => edit.keys.length === 1 && edit.keys[0] === keys[0] && edit.value !== undefined,
    )
    return isOneField ? this.#source.withField(keys[0], stringifyJson(value)) : undefined
  }
}

function parseRange(bytes: Buffer, start: number, end: number): JsonValue {
  const text = decodeUtf8(bytes, start, end)
  if (bytes[start] === 0x22 && !text.includes('\\')) return text.slice(1, -1)
  return parseJson(text) as JsonValue
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Derivation, Sample } from '../../core/sample.js'
import { SampleError } from '../../core/sample-error.js'
import { fingerprintOf } from '../../util/hash.js'
import { expandHome } from '../../util/home-path.js'
import { WordIndex } from './word-index.js'
import { type Words, wordAt } from './words.js'

export type WordList = ReadonlyMap<string, ReadonlySet<string>>

/** Where Data-Juicer keeps its lists. */
export const defaultListDir = '~/.cache/data_juicer/assets'

/**
 * Word lists by language from the JSON files of a folder whose name holds `kind`, merged; undefined where
 * there is none. `all` is every word of every language, unless a file says otherwise.
 *
 * @throws {SyntaxError} where a file is not JSON
 */
export function readWordLists(folder: string, kind: string): WordList | undefined {
  const dir = expandHome(folder)
  const lists = new Map<string, Set<string>>()
  for (const name of listFolder(dir)) {
    if (!name.endsWith('.json') || !name.includes(kind)) continue
    const content = JSON.parse(readFileSync(join(dir, name), 'utf8')) as Record<string, string[]>
    for (const [language, words] of Object.entries(content))
      lists.set(language, new Set([...(lists.get(language) ?? []), ...words]))
  }
  return lists.size === 0 ? undefined : withAll(lists)
}

function listFolder(dir: string): string[] {
  try {
    return readdirSync(dir).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export function withAll(lists: Map<string, Set<string>>): WordList {
  if (!lists.has('all')) lists.set('all', new Set([...lists.values()].flatMap(words => [...words])))
  return lists
}

/** A digest of the list that is looked up. */
export function identityOfList({ lists, lang }: Pick<ListedShare, 'lists' | 'lang'>): string {
  return fingerprintOf('word list', ...[...(lists.get(lang) ?? [])].sort())
}

export interface ListedShare {
  readonly lists: WordList
  readonly lang: string
  readonly words: Derivation<Words>
  /** Sizes of groups of neighbouring words that count as words of their own, too. */
  readonly groupSizes: readonly number[]
  readonly joinChar: string
}

/**
 * The share of a text's words that stand in a list.
 *
 * @throws {SampleError} where the language has no list, and the text has words
 */
export function listedShare(sample: Sample, textKey: string, options: ListedShare): number {
  const words = sample.derive(textKey, options.words)
  let total = words.count
  for (const size of options.groupSizes) total += Math.max(0, words.count - size + 1)
  if (total === 0) return 0
  const list = options.lists.get(options.lang)
  if (list === undefined) throw new SampleError('bad_value', `there is no word list for language "${options.lang}"`)
  return Math.min(1, (indexOf(list).count(words) + countGroups(words, list, options)) / total)
}

const indexes = new WeakMap<ReadonlySet<string>, WordIndex>()

function indexOf(list: ReadonlySet<string>): WordIndex {
  let index = indexes.get(list)
  if (index === undefined) indexes.set(list, (index = new WordIndex(list)))
  return index
}

function countGroups(words: Words, list: ReadonlySet<string>, { groupSizes, joinChar }: ListedShare): number {
  if (groupSizes.length === 0) return 0
  const all = Array.from({ length: words.count }, (_, i) => wordAt(words, i))
  let listed = 0
  for (const size of groupSizes)
    for (let i = 0; i + size <= all.length; i++) if (list.has(all.slice(i, i + size).join(joinChar))) listed++
  return listed
}

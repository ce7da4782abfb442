import { type ChineseDictionary, chineseDictionaries } from '../../data/chinese.js'
import { WordTree } from './word-tree.js'

export type DictionaryName = keyof typeof chineseDictionaries

const trees = new Map<DictionaryName, Promise<WordTree>>()

/** A dictionary of OpenCC 1.1.9 by its name, read once a process. */
export function loadDictionary(name: DictionaryName): Promise<WordTree> {
  let tree = trees.get(name)
  if (tree === undefined) trees.set(name, (tree = readDictionary(name)))
  return tree
}

async function readDictionary(name: DictionaryName): Promise<WordTree> {
  const dictionary: ChineseDictionary = chineseDictionaries[name]
  if ('whole' in dictionary) return new WordTree(parse(dictionary.whole))
  const base: { readonly default: string } = await import(`opencc-js/dict/${name}`)
  const entries = new Map(parse(base.default))
  for (const word of dictionary.drop.split('|')) entries.delete(word)
  for (const [word, replacement] of parse(dictionary.set)) entries.set(word, replacement)
  return new WordTree(entries)
}

function parse(list: string): [word: string, replacement: string][] {
  return list.split('|').map(entry => entry.split(' ') as [string, string])
}

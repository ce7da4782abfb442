import { type DictionaryName, loadDictionary } from './dictionaries.js'
import type { WordTree } from './word-tree.js'

/** Dictionaries of which the first that has a word at an offset decides, also where a later one has a longer word. */
type Group = readonly DictionaryName[]

/** A mode of OpenCC: the dictionary that cuts the text into segments, then what each segment goes through in turn. */
interface Mode {
  readonly segments: DictionaryName
  readonly steps: readonly Group[]
}

const toTraditional: Group = ['STPhrases', 'STCharacters']
const toSimplified: Group = ['TSPhrases', 'TSCharacters']
const fromTaiwan: Group = ['TWVariantsRevPhrases', 'TWVariantsRev']
const fromHongKong: Group = ['HKVariantsRevPhrases', 'HKVariantsRev']

export const modes = {
  s2t: { segments: 'STPhrases', steps: [toTraditional] },
  t2s: { segments: 'TSPhrases', steps: [toSimplified] },
  s2tw: { segments: 'STPhrases', steps: [toTraditional, ['TWVariants']] },
  tw2s: { segments: 'TSPhrases', steps: [fromTaiwan, toSimplified] },
  s2hk: { segments: 'STPhrases', steps: [toTraditional, ['HKVariants']] },
  hk2s: { segments: 'TSPhrases', steps: [fromHongKong, toSimplified] },
  s2twp: { segments: 'STPhrases', steps: [toTraditional, ['TWPhrases'], ['TWVariants']] },
  tw2sp: { segments: 'TSPhrases', steps: [['TWPhrasesRev', ...fromTaiwan], toSimplified] },
  t2tw: { segments: 'TWVariants', steps: [['TWVariants']] },
  tw2t: { segments: 'TWVariantsRevPhrases', steps: [fromTaiwan] },
  hk2t: { segments: 'HKVariantsRevPhrases', steps: [fromHongKong] },
  t2hk: { segments: 'HKVariants', steps: [['HKVariants']] },
  t2jp: { segments: 'JPVariants', steps: [['JPVariants']] },
  jp2t: {
    segments: 'JPShinjitaiPhrases',
    steps: [['JPShinjitaiPhrases', 'JPShinjitaiCharacters', 'JPVariantsRev']],
  },
} as const satisfies Readonly<Record<string, Mode>>

export type ChineseMode = keyof typeof modes

/** Makes a converter between variants of Chinese, the algorithm of OpenCC over its dictionaries of version 1.1.9. */
export async function createConverter(name: ChineseMode): Promise<(text: string) => string> {
  const mode: Mode = modes[name]
  const segments = await loadDictionary(mode.segments)
  const steps = await Promise.all(mode.steps.map(group => Promise.all(group.map(loadDictionary))))
  return text => {
    let converted = ''
    for (const segment of cut(text, segments)) converted += steps.reduce(replaceWords, segment)
    return converted
  }
}

/** Each word is a segment, and so is all that stands between two words. */
function* cut(text: string, words: WordTree): Generator<string> {
  let start = 0
  for (let at = 0; at < text.length; ) {
    const found = isPlain(text, at) ? undefined : words.longestAt(text, at)
    if (found === undefined) {
      at++
      continue
    }
    if (at > start) yield text.slice(start, at)
    start = at + found.length
    yield text.slice(at, start)
    at = start
  }
  if (start < text.length) yield text.slice(start)
}

function replaceWords(text: string, group: readonly WordTree[]): string {
  let replaced = ''
  let start = 0
  for (let at = 0; at < text.length; ) {
    const found = isPlain(text, at) ? undefined : firstAt(text, at, group)
    if (found === undefined) {
      at++
      continue
    }
    replaced += text.slice(start, at) + found.replacement
    at += found.length
    start = at
  }
  return start === 0 ? text : replaced + text.slice(start)
}

function firstAt(text: string, at: number, group: readonly WordTree[]) {
  for (const words of group) {
    const found = words.longestAt(text, at)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether no word starts with this character: words start with ideographs or, a few, with Latin capitals. */
function isPlain(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit < 0x2e80 && (unit < 0x41 || unit > 0x5a)
}

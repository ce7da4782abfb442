import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprintOf } from '../../../util/hash.js'
import { expandHome } from '../../../util/home-path.js'

/** What a Punkt model has learned of a language (Kiss and Strunk, 2006); words in lower case, numbers as `##number##`. */
export interface PunktModel {
  /** Words behind which a dot ends no sentence by itself. */
  readonly abbreviations: ReadonlySet<string>
  /** Pairs, with a tab between them, that stand around a dot within a sentence. */
  readonly collocations: ReadonlySet<string>
  readonly sentenceStarters: ReadonlySet<string>
  /** How a word is written at which places of a sentence, as bits of `context`. */
  readonly contexts: ReadonlyMap<string, number>
  /** A digest of the files. */
  readonly identity: string
}

/** Bits that say where a word was seen: within a sentence, at its start, or at a place that is not known. */
export const context = { middleUpper: 4, anyUpper: 14, startLower: 16, anyLower: 112 } as const

/** Data-Juicer's four languages and the others of NLTK's collection, by ISO 639-1. */
const names: Readonly<Record<string, string>> = {
  cs: 'czech',
  da: 'danish',
  de: 'german',
  el: 'greek',
  en: 'english',
  es: 'spanish',
  et: 'estonian',
  fi: 'finnish',
  fr: 'french',
  it: 'italian',
  ml: 'malayalam',
  nl: 'dutch',
  no: 'norwegian',
  pl: 'polish',
  pt: 'portuguese',
  ru: 'russian',
  sl: 'slovene',
  sv: 'swedish',
  tr: 'turkish',
}

/**
 * Reads the model of a language from a folder in the format of NLTK's `punkt_tab`.
 *
 * @throws {Error} where the language has no model, a file cannot be read, or a line of one is wrong
 */
export function readPunktModel(folder: string, lang: string): PunktModel {
  const name = names[lang]
  if (name === undefined)
    throw new Error(`there is no Punkt model for lang "${lang}"; there are ${Object.keys(names).join(', ')}`)
  const dir = join(expandHome(folder), name)
  const read = (file: string) => readLines(join(dir, file))
  const abbreviations = read('abbrev_types.txt')
  const collocations = read('collocations.tab')
  const sentenceStarters = read('sent_starters.txt')
  const contexts = read('ortho_context.tab')
  return {
    abbreviations: new Set(abbreviations),
    collocations: new Set(collocations),
    sentenceStarters: new Set(sentenceStarters),
    contexts: new Map(contexts.map((line, at) => readContext(line, join(dir, `ortho_context.tab:${at + 1}`)))),
    identity: fingerprintOf(
      'punkt',
      ...[abbreviations, collocations, sentenceStarters, contexts].map(lines => lines.join('\n')),
    ),
  }
}

function readLines(path: string): string[] {
  try {
    const text = readFileSync(path, 'utf8').replace(/\r\n?/g, '\n')
    return text.replace(/\n$/, '').split('\n')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const remedy = 'punkt_dir is the folder punkt_tab of the data of NLTK, with a folder for each language'
    throw new Error(`${path} cannot be read (${code}); ${remedy}`, { cause: error })
  }
}

function readContext(line: string, place: string): readonly [word: string, bits: number] {
  const [word, bits, ...rest] = line.split('\t')
  if (!/^\d+$/.test(bits ?? '') || rest.length > 0)
    throw new Error(`${place}: expected a word, a tab and a number, found ${JSON.stringify(line)}`)
  return [word, Number(bits)]
}

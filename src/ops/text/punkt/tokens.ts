import { PythonPattern } from '../python-regex/pattern.js'
import { lower, strip } from '../python-text.js'

/** Marks that may end a sentence. */
export const endMarks: ReadonlySet<string> = new Set('.?!')

/** Characters that cannot stand in a word. */
export const nonWordChars = ')";}]*:@\'({[‘’“”«»?!'

const nonWord = `[${nonWordChars.replaceAll(/[\][]/g, '\\$&')}]`
const manyMarks = '(?:-{2,}|\\.{2,}|(?:\\.\\s){2,}\\.)'
const wordEnd = `\\s|$|${nonWord}|${manyMarks}`
const wordStart = '(?=[^("`{\\[:;&#*@)}\\]\\-,])'

let patterns:
  | { readonly token: PythonPattern; readonly number: PythonPattern; readonly initial: PythonPattern }
  | undefined

function compiled() {
  patterns ??= {
    token: python(`${manyMarks}|${wordStart}\\S+?(?=${wordEnd}|,(?=${wordEnd}))|\\S`),
    number: python('^-?[.,]?\\d[\\d,.-]*\\.?$'),
    initial: python('^[^\\W\\d]\\.$'),
  }
  return patterns
}

function python(source: string): PythonPattern {
  return new PythonPattern(source, { module: 're' })
}

/** A word or mark of a text. */
export class PunktToken {
  /** The token in lower case; `##number##` for numbers, with the dot that may follow one taken for its part. */
  readonly type: string
  readonly endsInDot: boolean
  endsSentence = false
  isAbbreviation = false
  isEllipsis = false

  constructor(readonly text: string) {
    const type = lower(text)
    this.type = compiled().number.test(type) ? '##number##' : type
    this.endsInDot = text.endsWith('.')
  }

  get typeWithoutDot(): string {
    return this.type.length > 1 && this.type.endsWith('.') ? this.type.slice(0, -1) : this.type
  }

  /** The type, without its dot where that ends a sentence. */
  get typeInSentence(): string {
    return this.endsSentence ? this.typeWithoutDot : this.type
  }

  get isInitial(): boolean {
    return compiled().initial.test(this.text)
  }

  get startsUpper(): boolean {
    return /^\p{Uppercase}/u.test(this.text)
  }

  get startsLower(): boolean {
    return /^\p{Lowercase}/u.test(this.text)
  }
}

/** The tokens of a text, line by line. */
export function* tokenize(text: string): Generator<PunktToken> {
  for (const line of text.split('\n')) {
    if (strip(line) === '') continue
    for (const token of compiled().token.findAll(line)) yield new PunktToken(token)
  }
}

import { type CharSet, charSets, escapePoint } from '../char-set.js'

export interface ClassOptions {
  readonly module: 're' | 'regex'
  readonly ascii: boolean
  readonly ignoreCase: boolean
}

const asciiBodies: Readonly<Record<string, string>> = {
  d: '0-9',
  s: '\\t-\\r ',
  w: '0-9A-Z_a-z',
}

/** The inside of a JavaScript class for `\d`, `\s` or `\w` as one of Python's modules has it. */
export function escapeBody(letter: 'd' | 's' | 'w', { module, ascii }: ClassOptions): string {
  return ascii ? asciiBodies[letter] : body(shorthand(letter, module))
}

function shorthand(letter: 'd' | 's' | 'w', module: 're' | 'regex'): CharSet {
  if (letter === 'd') return module === 're' ? charSets.reDigit() : charSets.regexDigit()
  if (letter === 's') return module === 're' ? charSets.reSpace() : charSets.regexSpace()
  return module === 're' ? charSets.reWord() : charSets.regexWord()
}

const bodies = new WeakMap<CharSet, string>()

function body(set: CharSet): string {
  let text = bodies.get(set)
  if (text === undefined) {
    text = set.toClassBody()
    bodies.set(set, text)
  }
  return text
}

/**
 * The inside of a JavaScript class for `\p{name}` of module regex, or undefined where there is no equal. Where case is
 * ignored, a property that tells cases apart stands for all cases.
 */
export function propertyBody(name: string, { ignoreCase }: ClassOptions): string | undefined {
  const plain = name.replace(/^Is_?|[\s_-]/gi, '').toLowerCase()
  if (plain === 'p' || plain === 'punct' || plain === 'punctuation') return body(charSets.regexPunctuation())
  const known = jsProperty(name)
  if (known === undefined) return undefined
  if (ignoreCase && caseLetters.test(known)) return '\\p{LC}'
  return ignoreCase && caseProperties.test(known) ? '\\p{Cased}' : `\\p{${known}}`
}

const caseLetters = /^(?:(?:gc|General_Category)=)?(?:L[ult]|(?:Upper|Lower|Title)case_Letter)$/
const caseProperties = /^(?:Upper|Lower)(?:case)?$/

function jsProperty(name: string): string | undefined {
  const [key, value] = name.split('=')
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()
  const words = (value ?? key).replace(/^(?:Is|In)(?=[A-Z])/, '').split(/[_ -]/)
  const spelled = words.map(capital).join('_')
  const candidates = value === undefined ? [name, spelled, `Script=${spelled}`] : [name, `${key}=${spelled}`]
  return candidates.find(candidate => {
    try {
      return new RegExp(`\\p{${candidate}}`, 'u') !== undefined
    } catch {
      return false
    }
  })
}

const posix: Readonly<Record<string, string>> = {
  alpha: '\\p{Alphabetic}',
  digit: '0-9',
  alnum: '\\p{Alphabetic}0-9',
  upper: '\\p{Uppercase}',
  lower: '\\p{Lowercase}',
  space: '\\p{White_Space}',
  blank: '\\p{Zs}\\t',
  cntrl: '\\p{Cc}',
  xdigit: '0-9A-Fa-f',
}

/** The inside of a class for `[:name:]` of module regex. */
export function posixBody(name: string, { ignoreCase }: ClassOptions): string | undefined {
  if (name === 'punct') return `${body(charSets.regexPunctuation())}$+<=>^\`|~`
  if (name === 'word') return body(charSets.regexWord())
  if (ignoreCase && (name === 'upper' || name === 'lower')) return '\\p{Cased}'
  return Object.hasOwn(posix, name) ? posix[name] : undefined
}

/** What i stands for beyond i and I where case is ignored: module re takes in both dotted and dotless letters. */
export function extraCase(point: number, { module, ignoreCase }: ClassOptions): string {
  if (!ignoreCase) return ''
  const isI = point === 0x69 || point === 0x49
  if (module === 'regex') return isI ? '\\u0130' : point === 0x130 ? 'i' : ''
  return isI ? '\\u0130\\u0131' : point === 0x130 ? 'i\\u0131' : point === 0x131 ? 'i\\u0130' : ''
}

/** A literal code point of a pattern outside a class. */
export function literal(point: number, options: ClassOptions): string {
  const extra = extraCase(point, options)
  const self = escapePoint(point)
  return extra === '' ? self : `[${self}${extra}]`
}

/** A range inside a class. */
export function range(from: number, to: number, options: ClassOptions): string {
  let extra = ''
  for (const point of [0x49, 0x69, 0x130, 0x131]) if (point >= from && point <= to) extra += extraCase(point, options)
  return `${escapePoint(from)}${to === from ? '' : `-${escapePoint(to)}`}${extra}`
}

import { builtTable } from '../../../util/built-table.js'
import { categories } from '../../data/ftfy.js'
import { CharSet, charSets } from '../char-set.js'

/*
 * The heuristic of ftfy 6.3.1 that tells mojibake from text: pairs and triples of character categories that
 * hardly occur otherwise. Each rule hinges on a pair of neighbours, so one walk over the text with a table
 * of pairs finds all places that matter; most rules are that pair and nothing more.
 */

type Category = keyof typeof categories

interface Rule {
  /** What must stand before the pair, as a regular expression. */
  readonly before?: string
  readonly pair: readonly [string, string]
  /** What must follow the pair. */
  readonly after?: string
}

/** The rules, and the characters of each category; worked out for the tables, and where those alone cannot decide. */
function defineRules(): { readonly rules: readonly Rule[]; readonly bodies: Record<Category, string> } {
  const bodies = Object.fromEntries(
    Object.entries(categories).map(([name, ranges]) => [name, CharSet.decode(ranges).toClassBody()]),
  ) as Record<Category, string>

  const of = (...names: Category[]) => names.map(name => bodies[name]).join('')

  const accented = of('lower_accented', 'upper_accented')
  const besideBad = accented + of('box', 'start_punctuation', 'end_punctuation', 'currency', 'numeric', 'law')
  const arabicSecond = `${of('common', 'currency', 'bad', 'numeric', 'start_punctuation')}ŸŠ®°µ»`
  const foreignMiddle = of('c1', 'bad', 'start_punctuation', 'end_punctuation', 'currency')

  const rules: readonly Rule[] = [
    { pair: [of('bad') + besideBad, of('bad')] },
    { pair: [of('bad'), besideBad] },
    { before: '[a-zA-Z]', pair: [of('lower_common', 'upper_common'), of('bad')] },
    {
      pair: [
        of('lower_accented', 'lower_common', 'box', 'end_punctuation', 'currency', 'numeric'),
        of('upper_accented'),
      ],
    },
    { pair: [of('box', 'end_punctuation', 'currency', 'numeric'), of('lower_accented')] },
    { pair: [of('lower_accented', 'box', 'end_punctuation'), of('currency')] },
    { before: '[{space}]', pair: [of('upper_accented'), of('currency')] },
    { pair: [of('upper_accented', 'box'), of('numeric', 'law')] },
    {
      pair: [accented + of('box', 'currency', 'end_punctuation'), of('start_punctuation')],
      after: `[${of('numeric')}]`,
    },
    {
      pair: [accented + of('currency', 'numeric', 'box', 'law'), of('end_punctuation')],
      after: `[${of('start_punctuation')}]`,
    },
    { pair: [of('currency', 'numeric', 'box'), of('start_punctuation')] },
    { before: '[a-z]', pair: [of('upper_accented'), of('start_punctuation', 'currency')] },
    { pair: [of('box'), of('kaomoji')] },
    {
      pair: [accented + of('currency', 'numeric', 'start_punctuation', 'end_punctuation', 'law'), of('box')],
    },
    { pair: [of('box'), of('end_punctuation')] },
    { pair: [accented, of('start_punctuation', 'end_punctuation')], after: '[{word}]' },
    { pair: ['Œœ', '^A-Za-z'] },
    { pair: [of('upper_accented'), '°'] },
    {
      pair: ['ÂÃÎÐ', `€œŠš¢£Ÿž\\xa0\\xad®©°·»${of('start_punctuation', 'end_punctuation')}–—´`],
    },
    { pair: ['×', '²³'] },
    { pair: ['ØÙ', arabicSecond], after: `[ØÙ][${arabicSecond}]` },
    { pair: ['à', '²µ¹¼½¾'] },
    { pair: ['√', '±∂†≠®™´≤≥¥µø'] },
    { pair: ['≈', '°¢'] },
    { pair: ['‚', 'Ä'], after: '[ìîïòôúùû†°¢π]' },
    { pair: ['‚', 'âó'], after: '[àä°ê]' },
    { pair: ['в', 'Ђ'] },
    { pair: ['ВГРС', `${foreignMiddle}°µ`], after: '[ВГРС]' },
    { pair: ['Г', 'ў'], after: 'ВЂВ[^\\n][A-Za-z ]' },
    { pair: ['Ã', '\\xa0¡'] },
    { before: '[a-z][{space}]?', pair: ['ÃÂ', ' '] },
    { before: '(?<![\\s\\S])', pair: ['ÃÂ', ' '] },
    {
      before: `[a-z.,?!${of('end_punctuation')}]`,
      pair: ['Â', ` ${of('start_punctuation', 'end_punctuation')}`],
    },
    { pair: ['β', '€'], after: '[™\\xa0Ά\\xad®°]' },
    { pair: ['ΒΓΞΟ', `${foreignMiddle}°`], after: '[ΒΓΞΟ]' },
    { pair: ['ā', '€'] },
  ]
  return { rules, bodies }
}

let defined: ReturnType<typeof defineRules> | undefined

function allRules() {
  defined ??= defineRules()
  return defined
}

const maybe = 1
const certain = 2

/** Most kinds of characters that the rules can tell apart; the table of kinds leaves two bits for flags. */
export const kindCount = 64

export interface BadnessTables {
  /** The kind of each UTF-16 unit. */
  readonly kinds: Uint8Array
  /** For a kind and the kind before it (times 64): whether a rule may hold (1) or does (2). */
  readonly pairs: Uint8Array
  readonly pattern: RegExp
}

let tables: BadnessTables | undefined

export function badnessTables(): BadnessTables {
  tables ??= openTables()
  return tables
}

/** What the build has worked out: the kinds of all units, then the verdicts on all pairs of kinds. */
const worked = builtTable('badness', () => {
  const { kinds, pairs } = buildTables()
  return Buffer.concat([kinds, pairs])
})

function openTables(): BadnessTables {
  const bytes = worked()
  let pattern: RegExp | undefined
  return {
    kinds: bytes.subarray(0, 0x10000),
    pairs: bytes.subarray(0x10000),
    // Needed for the few texts on which the pairs alone cannot decide.
    get pattern() {
      pattern ??= buildPattern()
      return pattern
    },
  }
}

function buildPattern(): RegExp {
  const { rules, bodies } = allRules()
  const fill = (text = '') =>
    text.replace('{space}', charSets.reSpace().toClassBody()).replace('{word}', charSets.reWord().toClassBody())
  const pattern = rules.map(({ before, pair, after }) => `${fill(before)}[${pair[0]}][${pair[1]}]${fill(after)}`)
  pattern.push(`[${bodies.c1}]`)
  return new RegExp(pattern.join('|'), 'gu')
}

function buildTables(): Pick<BadnessTables, 'kinds' | 'pairs'> {
  const { rules } = allRules()
  const { kinds, signatures } = sortIntoKinds()
  const pairs = new Uint8Array(kindCount * kindCount)
  for (const [first, a] of signatures.entries()) {
    for (const [second, b] of signatures.entries()) {
      const hits = rules.filter((_, i) => a[i * 2] === '1' && b[i * 2 + 1] === '1')
      const isCertain = hits.some(rule => rule.before === undefined && rule.after === undefined)
      if (hits.length > 0) pairs[first * kindCount + second] = isCertain ? certain : maybe
      if (b.endsWith('c')) pairs[first * kindCount + second] = certain
    }
  }
  return { kinds, pairs }
}

/** Characters that all rules treat alike are of one kind; kind 0 is what no rule names. */
function sortIntoKinds(): { kinds: Uint8Array; signatures: string[] } {
  const { rules, bodies } = allRules()
  const sets = [...rules.flatMap(rule => rule.pair)].map(body => new RegExp(`[${body}]`, 'u'))
  const isC1 = new RegExp(`[${bodies.c1}]`, 'u')
  const named = new Set<number>()
  const namedIn = (body: string) => {
    for (const point of pointsOf(body)) named.add(point)
  }
  for (const { pair } of rules) pair.forEach(namedIn)
  namedIn(bodies.c1)
  const signatureOf = (c: string) => sets.map(set => (set.test(c) ? '1' : '0')).join('') + (isC1.test(c) ? 'c' : '')
  const kindOf = new Map([[signatureOf('\u4e00'), 0]])
  const kinds = new Uint8Array(0x10000)
  for (const point of named) {
    const signature = signatureOf(String.fromCodePoint(point))
    let kind = kindOf.get(signature)
    if (kind === undefined) {
      kind = kindOf.size
      kindOf.set(signature, kind)
    }
    kinds[point] = kind
  }
  if (kindOf.size > kindCount) throw new RangeError(`${kindOf.size} kinds of characters, room for ${kindCount}`)
  return { kinds, signatures: [...kindOf.keys()] }
}

function* pointsOf(body: string): Generator<number> {
  const plain = body.replace(/^\^/, '').replace(/\\x([\da-f]{2})/g, '\\u{$1}')
  const item = /(?:\\u\{([\da-f]+)\}|([\s\S]))(?:-(?:\\u\{([\da-f]+)\}|([\s\S])))?/gu
  for (const [, fromHex, from, toHex, to] of plain.matchAll(item)) {
    const first = from === undefined ? Number.parseInt(fromHex, 16) : from.codePointAt(0)!
    const last = toHex !== undefined ? Number.parseInt(toHex, 16) : (to?.codePointAt(0) ?? first)
    for (let point = first; point <= last; point++) yield point
  }
}

/** Whether a text looks as if it held mojibake. */
export function isBad(text: string): boolean {
  const all = badnessTables()
  const { kinds, pairs } = all
  let previous = 0
  for (let i = 0; i < text.length; i++) {
    const kind = kinds[text.charCodeAt(i)]
    const verdict = pairs[previous * kindCount + kind]
    if (verdict === certain) return true
    if (verdict === maybe) {
      // From here on the full pattern decides; what a rule wants before its pair is two characters at most.
      const { pattern } = all
      pattern.lastIndex = Math.max(0, i - 3)
      return pattern.test(text)
    }
    previous = kind
  }
  return false
}

import type { PatternFlags } from './flags.js'
import { PatternError } from './pattern-error.js'
import { parseTemplate } from './template.js'
import { translate } from './translate.js'

/** One match of a pattern: where it stands and what its groups hold (0 is the whole). */
export interface PatternMatch {
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | undefined)[]
}

/** A regular expression in Python's syntax and with Python's meaning, run by JavaScript's engine. */
export class PythonPattern {
  readonly #regex: RegExp
  readonly groupCount: number
  readonly groupNames: ReadonlyMap<string, number>
  readonly #module: 're' | 'regex'

  /** @throws {PatternError} where Python would refuse the pattern, or Pawl has no equal for it */
  constructor(
    readonly source: string,
    flags: PatternFlags,
  ) {
    const { js, jsFlags, groupCount, groupNames } = translate(source, flags)
    this.#module = flags.module
    this.groupCount = groupCount
    this.groupNames = groupNames
    try {
      this.#regex = new RegExp(js, `g${jsFlags}`)
    } catch (error) {
      throw new PatternError(source, 0, `no equal in JavaScript (${(error as Error).message})`)
    }
  }

  /** `search(…) is not None`. */
  test(text: string): boolean {
    this.#regex.lastIndex = 0
    return this.#regex.test(text)
  }

  /** `finditer`. */
  *matches(text: string): Generator<PatternMatch> {
    for (const match of text.matchAll(this.#regex)) yield this.#describe(match)
  }

  /** What matches, `findall` of a pattern without groups. */
  findAll(text: string): readonly string[] {
    return text.match(this.#regex) ?? []
  }

  /** The first match that starts at `from` or later. */
  searchFrom(text: string, from: number): PatternMatch | undefined {
    this.#regex.lastIndex = from
    const match = this.#regex.exec(text)
    return match === null ? undefined : this.#describe(match)
  }

  /**
   * `sub`: every match replaced by the template.
   *
   * @throws {PatternError} where the template is wrong; for module regex, only where there is something to replace
   */
  sub(template: string, text: string): string {
    if (this.#module === 're') this.checkTemplate(template)
    if (!this.test(text)) return text
    const numbers = this.#resolveTemplate(template)
    if (numbers.every(part => typeof part === 'string')) {
      const literal = numbers.join('')
      return text.replace(this.#regex, () => literal)
    }
    return text.replace(this.#regex, (...args) => {
      let out = ''
      for (const part of numbers) out += typeof part === 'string' ? part : (args[part] ?? '')
      return out
    })
  }

  /** @throws {PatternError} where a template is wrong, or names a group that is not there */
  checkTemplate(template: string): void {
    if (template.includes('\\')) this.#resolveTemplate(template)
  }

  #resolveTemplate(template: string): (string | number)[] {
    const parts = parseTemplate(template, this.#module)
    return parts.map(part => (typeof part === 'string' ? part : this.#groupNumber(part.group, template)))
  }

  #groupNumber(group: number | string, template: string): number {
    const number = typeof group === 'number' ? group : this.groupNames.get(group)
    if (number === undefined || number > this.groupCount)
      throw new PatternError(template, 0, `no group ${JSON.stringify(group)} in the pattern`)
    return number
  }

  #describe(match: RegExpMatchArray): PatternMatch {
    return { start: match.index!, end: match.index! + match[0].length, groups: [...match] }
  }
}

/** `re.split`: the pieces between matches, with what the pattern's groups matched between them. */
export function splitByPattern(pattern: PythonPattern, text: string): (string | undefined)[] {
  const pieces: (string | undefined)[] = []
  let from = 0
  for (const { start, end, groups } of pattern.matches(text)) {
    pieces.push(text.slice(from, start), ...groups.slice(1))
    from = end
  }
  pieces.push(text.slice(from))
  return pieces
}

/** Takes a pattern out of `r'…'` or `r"…"`, as Data-Juicer does. */
export function unwrapRawString(pattern: string): string {
  const isWrapped = pattern.length > 2 && /^r(?:'[\s\S]*'|"[\s\S]*")$/.test(pattern)
  return isWrapped ? pattern.slice(2, -1) : pattern
}

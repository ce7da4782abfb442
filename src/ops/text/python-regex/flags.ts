import type { Cursor } from './cursor.js'

export interface PatternFlags {
  /** Whose rules hold: Python's own `re`, or the `regex` package. */
  readonly module: 're' | 'regex'
  readonly dotAll?: boolean
  readonly ignoreCase?: boolean
  readonly multiline?: boolean
}

/** Flags that hold at a place of the pattern. */
export interface Scope {
  dotAll: boolean
  multiline: boolean
  verbose: boolean
  ascii: boolean
}

/**
 * Reads the flags at the start of a pattern, such as `(?i)`, before anything of it is translated: they hold for all of
 * it. The package `regex` takes that of case from further behind, too.
 */
export function readLeadingFlags(cursor: Cursor, flags: PatternFlags): { scope: Scope; ignoreCase: boolean } {
  const scope = { dotAll: flags.dotAll === true, multiline: flags.multiline === true, verbose: false, ascii: false }
  let ignoreCase = flags.ignoreCase === true
  for (;;) {
    const match = /^\(\?([aiLmsuxVfw01]+)\)/.exec(cursor.rest())
    if (match === null) break
    const [all, letters] = match
    const foreign = /[^aimsux]/.exec(letters)
    if (foreign !== null) cursor.fail(`flag "${foreign[0]}" has no equal here`)
    ignoreCase ||= letters.includes('i')
    switchFlags(scope, letters, true)
    cursor.at += all.length
  }
  if (flags.module === 'regex') ignoreCase ||= /\(\?([a-zA-Z]*i[a-zA-Z]*)\)/.test(cursor.source)
  return { scope, ignoreCase }
}

/** Sets those of a scope's flags that are among the letters. */
export function switchFlags(scope: Scope, letters: string, isOn: boolean): void {
  if (letters.includes('m')) scope.multiline = isOn
  if (letters.includes('s')) scope.dotAll = isOn
  if (letters.includes('x')) scope.verbose = isOn
  if (letters.includes('a')) scope.ascii = isOn
}

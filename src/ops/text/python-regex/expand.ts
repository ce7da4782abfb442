import { PatternError } from './pattern-error.js'
import { parseTemplate } from './template.js'

/**
 * Makes the function that writes a replacement for a matcher that is not a regular expression. Only the
 * first `groupCount` groups are known to it, each holding the whole match.
 *
 * @throws {PatternError} when called, where the template is wrong: like Python, only where something matches
 */
export function templateWriter(template: string, groupCount: number): (match: string) => string {
  if (!template.includes('\\')) return () => template
  return match => {
    let out = ''
    for (const part of parseTemplate(template, 'regex')) {
      if (typeof part === 'string') out += part
      else if (typeof part.group === 'number' && part.group <= groupCount) out += match
      else throw new PatternError(template, 0, `no group ${JSON.stringify(part.group)} in the pattern`)
    }
    return out
  }
}

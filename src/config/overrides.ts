import { parse } from 'yaml'
import { RecipeError } from './recipe-error.js'

/** A setting given on the command line: `--partition.mode manual`. */
export interface Override {
  readonly path: readonly string[]
  readonly value: unknown
  /** As it was typed. */
  readonly text: string
}

/**
 * Reads dotted overrides: `--key value`, `--key=value`, `--flag` for true. An operator's parameter is
 * `--text_length_filter.min_len 20`; where the operator occurs several times, `--text_length_filter[1].min_len`
 * names the second. Values are YAML, so that `[a, b]` is a list; `a,b` is one too.
 *
 * @throws {RecipeError} where an argument is no override
 */
export function parseOverrides(args: readonly string[]): Override[] {
  const overrides: Override[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]
    if (!/^--[A-Za-z_]/.test(arg))
      throw RecipeError.of(`Unexpected argument "${arg}": options are --key value, such as --partition.mode manual`)
    const equals = arg.indexOf('=')
    const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals)
    const next = args[index + 1]
    const hasValue = equals >= 0 || (next !== undefined && !/^--[A-Za-z_]/.test(next))
    const raw = equals >= 0 ? arg.slice(equals + 1) : hasValue ? next : 'true'
    if (equals < 0 && hasValue) index++
    overrides.push({ path: splitPath(name), value: parseValue(raw), text: hasValue ? `--${name} ${raw}` : `--${name}` })
  }
  return overrides
}

/** `a.b` → a, b; `op[1].x` → op, 1, x. */
function splitPath(name: string): string[] {
  return name
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter(part => part !== '')
}

function parseValue(raw: string): unknown {
  let value: unknown
  try {
    value = parse(raw)
  } catch {
    // What is not YAML is meant as it stands.
    return raw
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !raw.trim().startsWith('{')) return raw
  if (typeof value === 'string' && /^[^\s,]+(,[^\s,]+)+$/.test(raw))
    return raw.split(',').map(item => parse(item) as unknown)
  return value
}

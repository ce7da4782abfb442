import { SampleError } from './sample-error.js'

/** Nesting beyond this is taken for a mistake; others' readers give up far earlier. */
const deepest = 500

/**
 * Makes sure that a value is JSON through and through, so that whatever an operator sets can be written and read again.
 *
 * @throws {SampleError} `bad_value`, saying what is the matter and where
 */
export function requireJson(value: unknown, where: string): void {
  check(value, where, 0)
}

function check(value: unknown, where: string, depth: number): void {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' || value === null) return
  if (typeof value !== 'object') throw refuse(where, `a ${typeof value}`)
  if (depth >= deepest) throw refuse(where, `an object in itself, or more than ${deepest} levels of objects`)
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) check(item, `${where}[${index}]`, depth + 1)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw refuse(where, `a ${(value as object).constructor?.name || 'special object'}`)
  if ('toJSON' in value) throw refuse(where, 'an object with a toJSON of its own')
  for (const [key, item] of Object.entries(value)) {
    // As in JSON.stringify, a member that is undefined is none.
    if (item !== undefined) check(item, `${where}.${key}`, depth + 1)
  }
}

function refuse(where: string, what: string): SampleError {
  return new SampleError('bad_value', `${where.slice(0, 200)} was set to ${what}, which JSON cannot hold`)
}

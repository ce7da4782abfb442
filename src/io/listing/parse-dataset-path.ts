import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { InputError } from '../input-error.js'

/** A path of a mixture with its weight. */
export interface WeightedPath {
  readonly path: string
  /** As written; 1 where none is. */
  readonly weight: number
}

/**
 * Parses a `dataset_path`: paths, each with an optional weight before it, as in
 * `0.7 a.jsonl 0.3 'my folder/b.jsonl'`. Quotes and backslashes work as in a POSIX shell. A string that
 * is one path with spaces has to be quoted too.
 *
 * Data-Juicer 1.6.1 reads the same syntax, but lets a weight without a path, or two in a row, shift all
 * later weights by one, and takes a negative weight for 0; here both are errors. It uses the weights only
 * where `max_sample_num` is set: weights are divided by their sum, and a dataset gives
 * ceil(weight × max_sample_num) samples of a shuffle seeded with 42, the later ones less where that would
 * exceed the total; one that is too small repeats its samples. Without `max_sample_num` it takes
 * everything and the weights mean nothing.
 *
 * @throws {InputError} `bad_dataset_path`
 */
export function parseDatasetPath(text: string): WeightedPath[] {
  if (
    /\s/.test(text) &&
    !/['"\\]/.test(text) &&
    existsSync(resolve(text)) &&
    !text.split(/\s+/).some(part => existsSync(resolve(part)))
  )
    throw refuse(text, 'it is the name of one file with spaces in it')
  const paths: WeightedPath[] = []
  let weight: number | undefined
  for (const { value, isQuoted } of tokenize(text)) {
    const number = isQuoted || value.trim() === '' ? Number.NaN : Number(value)
    if (Number.isNaN(number)) {
      paths.push({ path: value, weight: weight ?? 1 })
      weight = undefined
    } else if (weight !== undefined) throw refuse(text, `two weights in a row, ${weight} and ${value}`)
    else if (number < 0 || !Number.isFinite(number)) throw refuse(text, `weight ${value} is not a positive number`)
    else weight = number
  }
  if (weight !== undefined) throw refuse(text, `no path follows the weight ${weight}`)
  if (paths.length === 0) throw refuse(text, 'it names no path')
  return paths
}

function refuse(text: string, what: string): InputError {
  return new InputError(
    'bad_dataset_path',
    `dataset_path "${text}": ${what}; write "path" or "weight path weight path …", and put quotes of its own around a path with spaces: dataset_path: '"my data.jsonl"'`,
    { path: text },
  )
}

interface Token {
  readonly value: string
  readonly isQuoted: boolean
}

const tokenPart = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (/\s/.test(text[at])) {
      at++
      continue
    }
    let value = ''
    let isQuoted = false
    while (at < text.length && !/\s/.test(text[at])) {
      tokenPart.lastIndex = at
      const match = tokenPart.exec(text)
      if (match === null) throw refuse(text, `a quote or backslash at position ${at + 1} is not closed`)
      const [whole, single, double, escaped, plain] = match
      value += single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain
      isQuoted ||= plain === undefined
      at += whole.length
    }
    tokens.push({ value, isQuoted })
  }
  return tokens
}

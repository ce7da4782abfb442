import { z } from 'zod'
import type { JsonObject, JsonValue } from '../core/json.js'
import type { OperatorCatalog, OperatorDefinition } from '../core/operator.js'
import { baseParams, filterParams } from './base-params.js'
import { exampleOutcomes, exampleRecipe } from './example-text.js'
import { sysMaxsize } from './range.js'

/** One operator a line, by kind; in `columns`, where that is given. */
export function operatorList(definitions: readonly OperatorDefinition[], columns?: number): string {
  const width = Math.max(...definitions.map(({ name }) => name.length))
  const kinds = [...new Set(definitions.map(({ kind }) => kind))].sort()
  return kinds
    .map(kind => {
      const lines = definitions
        .filter(definition => definition.kind === kind)
        .map(({ name, summary }) => fold(`  ${name.padEnd(width)}  `, summary, columns))
      return [`${kind}s`, ...lines].join('\n')
    })
    .join('\n\n')
}

const narrowestText = 30

/** Text behind a head, on as many lines as it needs; where little room is left beside the head, below it. */
function fold(head: string, text: string, columns = Number.POSITIVE_INFINITY): string {
  const isBeside = columns - head.length >= narrowestText
  const indent = ' '.repeat(isBeside ? head.length : 6)
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1]
    if (last !== '' && indent.length + last.length + 1 + word.length > columns) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  const body = lines.join(`\n${indent}`)
  return isBeside ? `${head}${body}` : `${head.trimEnd()}\n${indent}${body}`
}

/** The operators in whose name or summary all words occur. */
export async function searchOperators(
  catalog: OperatorCatalog,
  words: readonly string[],
): Promise<OperatorDefinition[]> {
  const definitions = await Promise.all(catalog.names.map(name => catalog.load(name)))
  const wanted = words.flatMap(word => word.toLowerCase().split(/\s+/)).filter(word => word !== '')
  return definitions.filter(({ name, summary, kind }) => {
    const text = `${name} ${name.replaceAll('_', ' ')} ${summary} ${kind}`.toLowerCase()
    return wanted.every(word => text.includes(stem(word)))
  })
}

/** A word without its ending, so that "duplicates" finds deduplicators. */
function stem(word: string): string {
  const short = word.replace(/(?:ions?|ings?|ors?|ers?|ed|es?|s)$/, '')
  return short.length >= shortestStem ? short : word
}

const shortestStem = 4

/** An operator for machines. */
export function operatorAsJson(definition: OperatorDefinition): JsonObject {
  const { name, kind, version, summary, stats, example } = definition
  const params = describeParams(definition).map(({ default: preset, ...rest }) => ({
    ...rest,
    ...(preset === undefined ? {} : { default: preset }),
  }))
  return { name, kind, version, summary, stats, params, example: (example as JsonObject | undefined) ?? null }
}

/** A parameter as documentation shows it. */
export interface ParamDoc {
  readonly name: string
  readonly type: string
  readonly default: JsonValue | undefined
  readonly description: string
}

/** An operator's own parameters; those that all operators share are left out. */
export function describeParams({ params, kind }: OperatorDefinition): ParamDoc[] {
  const json = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, JsonType>
  }
  const isShared = (name: string, { default: preset }: JsonType) =>
    // Of those that most operators take without effect an operator's own has a default.
    (name in baseParams && preset === undefined) || (kind === 'filter' && name in filterParams)
  return Object.entries(json.properties ?? {})
    .filter(([name, type]) => !isShared(name, type))
    .map(([name, type]) => ({
      name,
      type: typeText(type),
      default: type.default,
      description: type.description ?? '',
    }))
}

interface JsonType {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly items?: JsonType
  readonly anyOf?: readonly JsonType[]
  readonly default?: JsonValue
  readonly description?: string
}

/** A type in words; that null is taken as well goes without saying, as it is for nearly all parameters. */
function typeText({ type, enum: values, anyOf, items, const: constant }: JsonType): string {
  if (constant !== undefined) return JSON.stringify(constant)
  if (values !== undefined) return values.map(value => JSON.stringify(value)).join(' | ')
  if (anyOf !== undefined) return either(anyOf.map(typeText))
  if (type === 'array') return `list of ${items === undefined ? 'any' : typeText(items)}`
  return either([type ?? 'any'].flat())
}

function either(types: readonly string[]): string {
  const others = types.filter(type => type !== 'null')
  return [...new Set(others.length === 0 ? types : others)].join(' | ')
}

/** All of an operator for `pawl ops NAME`. */
export function operatorDetails(definition: OperatorDefinition, columns?: number): string {
  const { name, kind, summary, stats, version, example } = definition
  const lines = [`${name} (${kind}, version ${version})`, fold('  ', summary, columns), '', 'Parameters']
  const params = describeParams(definition)
  for (const { name: param, type, default: preset, description } of params) {
    lines.push(`  ${param}: ${type}${preset === undefined ? '' : ` = ${presetText(preset)}`}`)
    if (description !== '') lines.push(fold('      ', description, columns))
  }
  if (params.length === 0) lines.push('  none of its own')
  const shared = `text_key${kind === 'filter' ? ', min_closed_interval, max_closed_interval, reversed_range' : ''}`
  lines.push(fold('  and ', shared, columns))
  if (stats.length > 0) lines.push('', `Statistics: ${stats.join(', ')}`)
  const recipe = exampleRecipe(name, example?.params ?? defaultsOf(params))
  lines.push('', 'Example', ...recipe.split('\n').map(line => `  ${line}`))
  for (const { input, verb, results } of exampleOutcomes(example))
    lines.push('', `  ${input}`, `      ${verb} ${results.join(', ')}`.trimEnd())
  return lines.join('\n')
}

function presetText(preset: JsonValue): string {
  return Math.abs(Number(preset)) === sysMaxsize ? 'no bound' : JSON.stringify(preset)
}

/** Parameters for an operator without an example of its own. */
function defaultsOf(params: readonly ParamDoc[]): JsonObject {
  const shown = params.filter(param => param.default !== undefined).slice(0, 3)
  return Object.fromEntries(shown.map(param => [param.name, param.default!]))
}

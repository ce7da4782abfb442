import { z } from 'zod'
import type { OperatorCatalog, OperatorDefinition } from '../core/operator.js'
import { baseParams, filterParams } from './base-params.js'

/** One operator a line, by kind. */
export async function operatorList(catalog: OperatorCatalog): Promise<string> {
  const definitions = await Promise.all(catalog.names.map(name => catalog.load(name)))
  const width = Math.max(...catalog.names.map(name => name.length))
  const kinds = [...new Set(definitions.map(({ kind }) => kind))].sort()
  return kinds
    .map(kind => {
      const lines = definitions
        .filter(definition => definition.kind === kind)
        .map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
      return [`${kind}s`, ...lines].join('\n')
    })
    .join('\n\n')
}

/** A parameter as documentation shows it. */
export interface ParamDoc {
  readonly name: string
  readonly type: string
  readonly default: string | undefined
  readonly description: string
}

/** An operator's own parameters; those that all operators share are left out. */
export function describeParams({ params, kind }: OperatorDefinition): ParamDoc[] {
  const json = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, JsonType>
  }
  const shared = new Set([...Object.keys(baseParams), ...(kind === 'filter' ? Object.keys(filterParams) : [])])
  return Object.entries(json.properties ?? {})
    .filter(([name]) => !shared.has(name))
    .map(([name, type]) => ({
      name,
      type: typeText(type),
      default: 'default' in type ? JSON.stringify(type.default) : undefined,
      description: type.description ?? '',
    }))
}

interface JsonType {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly items?: JsonType
  readonly anyOf?: readonly JsonType[]
  readonly default?: unknown
  readonly description?: string
}

function typeText({ type, enum: values, anyOf, items, const: constant }: JsonType): string {
  if (constant !== undefined) return JSON.stringify(constant)
  if (values !== undefined) return values.map(value => JSON.stringify(value)).join(' | ')
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeText))].join(' | ')
  if (type === 'array') return `list of ${items === undefined ? 'any' : typeText(items)}`
  return type ?? 'any'
}

/** All of an operator for `pawl ops NAME`. */
export function operatorDetails(definition: OperatorDefinition): string {
  const { name, kind, summary, stats, version, example } = definition
  const lines = [`${name} (${kind}, version ${version})`, `  ${summary}`, '', 'Parameters']
  const params = describeParams(definition)
  for (const { name: param, type, default: preset, description } of params) {
    lines.push(`  ${param}: ${type}${preset === undefined ? '' : ` = ${preset}`}`, `      ${description}`)
  }
  if (params.length === 0) lines.push('  none of its own')
  lines.push(`  and text_key${kind === 'filter' ? ', min_closed_interval, max_closed_interval, reversed_range' : ''}`)
  if (stats.length > 0) lines.push('', `Statistics: ${stats.join(', ')}`)
  lines.push('', 'Example', ...(example ?? exampleOf(name, params)).split('\n').map(line => `  ${line}`))
  return lines.join('\n')
}

function exampleOf(name: string, params: readonly ParamDoc[]): string {
  const shown = params.filter(param => param.default !== undefined).slice(0, 3)
  return [
    'process:',
    `  - ${name}:${shown.length === 0 ? ' {}' : ''}`,
    ...shown.map(param => `      ${param.name}: ${param.default}`),
  ].join('\n')
}

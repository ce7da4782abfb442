// Writes docs/operators.md from the operators' own schemas, from ../dist.
//   node scripts/operator-docs.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { baseParams, createCatalog, exampleOutcomes, exampleRecipe, filterParams } from '../dist/tooling.js'

const file = new URL('../docs/operators.md', import.meta.url)
const catalog = createCatalog()
const definitions = await Promise.all(catalog.names.map(name => catalog.load(name)))
const kinds = ['mapper', 'filter', 'deduplicator', 'selector', 'grouper', 'aggregator']

const text = `${[
  '# Operators',
  '',
  'Generated from the operators by `node scripts/operator-docs.mjs`; do not edit.',
  '',
  `${definitions.length} operators. Every operator also takes \`text_key\`, the field that holds the text; every filter also takes ${Object.keys(
    filterParams,
  )
    .filter(name => !filterParams[name].description?.includes('no effect'))
    .map(name => `\`${name}\``)
    .join(', ')}. The other base parameters of Data-Juicer are accepted and have no effect.`,
  '',
  ...kinds.flatMap(kind => section(kind)),
  '## Not yet supported',
  '',
  'Operators of Data-Juicer that a recipe cannot use here so far.',
  '',
  ...unsupported('planned'),
  '',
  '## Not supported',
  '',
  'Operators of Data-Juicer that are not part of Pawl, and why. Bring your own with `custom_operator_paths`.',
  '',
  ...unsupported('absent'),
].join('\n')}\n`

if (process.argv.includes('--check')) {
  let written = ''
  try {
    written = readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  if (written !== text) {
    console.error('docs/operators.md is stale: run node scripts/operator-docs.mjs')
    process.exit(1)
  }
} else writeFileSync(file, text)

function section(kind) {
  const own = definitions.filter(definition => definition.kind === kind)
  if (own.length === 0) return []
  return [`## ${kind[0].toUpperCase()}${kind.slice(1)}s`, '', ...own.flatMap(describe)]
}

function describe(definition) {
  const lines = [`### ${definition.name}`, '', definition.summary, '']
  if (definition.stats.length > 0)
    lines.push(`Statistics: ${definition.stats.map(stat => `\`${stat}\``).join(', ')}.`, '')
  const { properties } = z.toJSONSchema(definition.params, { unrepresentable: 'any', io: 'input' })
  const base = { ...baseParams, ...(definition.kind === 'filter' ? filterParams : {}) }
  const own = Object.entries(properties).filter(
    ([name, schema]) => !(name in base) || schema.description !== base[name].description,
  )
  if (own.length > 0) {
    lines.push('| parameter | type | default | |', '|---|---|---|---|')
    for (const [name, schema] of own)
      lines.push(`| \`${name}\` | ${typeOf(schema)} | ${defaultOf(schema)} | ${cell(schema.description ?? '')} |`)
    lines.push('')
  }
  const { name, example } = definition
  lines.push('```yaml', exampleRecipe(name, example.params), '```', '')
  for (const { input, verb, results } of exampleOutcomes(example))
    lines.push(`- ${[code(input), verb, results.map(code).join(', ')].join(' ').trimEnd()}`)
  lines.push('')
  return lines
}

function typeOf(schema) {
  if (schema.enum) return schema.enum.map(value => `\`${value}\``).join(' ')
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf).filter(type => type !== ''))].join(' or ')
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'values'}`
  return [schema.type ?? 'any']
    .flat()
    .filter(type => type !== 'null')
    .join(' or ')
}

function defaultOf({ default: value }) {
  if (value === undefined) return ''
  if (typeof value === 'number' && Math.abs(value) > 9e18) return 'no bound'
  return `\`${cell(JSON.stringify(value))}\``
}

function code(content) {
  return content.includes('`') ? `\`\` ${content} \`\`` : `\`${content}\``
}

function cell(content) {
  return content.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function unsupported(wanted) {
  const byReason = new Map()
  for (const { name, status, reason } of catalog.unsupported.values())
    if (status === wanted) byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  return [...byReason].flatMap(([reason, names]) => [
    `- ${reason[0].toUpperCase()}${reason.slice(1)}:`,
    `  ${names.map(name => `\`${name}\``).join(', ')}`,
  ])
}

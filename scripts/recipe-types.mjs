// Writes src/config/recipe-types.ts, the types of recipes and of all operators' parameters, from their schemas in ../dist.
//   node scripts/recipe-types.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import {
  baseParams,
  createCatalog,
  filterParams,
  ignoredKeys,
  ignoredPartitionKeys,
  recipeSchema,
} from '../dist/tooling.js'

const file = fileURLToPath(new URL('../src/config/recipe-types.ts', import.meta.url))
const catalog = createCatalog()
const definitions = await Promise.all(catalog.names.map(name => catalog.load(name)))
const schemaOf = type => z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' })
const base = schemaOf(z.strictObject(baseParams)).properties
const ofFilters = schemaOf(z.strictObject(filterParams)).properties
const recipe = schemaOf(recipeSchema).properties
const noEffect = 'Accepted for Data-Juicer recipes; has no effect.'

const operators = definitions.map(({ name, kind, params, summary }) => {
  const { properties, required = [], $defs } = schemaOf(params)
  const inherited = kind === 'filter' ? { ...base, ...ofFilters } : base
  const own = Object.entries(properties).filter(
    ([key, schema]) => JSON.stringify(schema) !== JSON.stringify(inherited[key]),
  )
  const parent = kind === 'filter' ? 'FilterParams' : 'BaseParams'
  return {
    name,
    summary,
    type: `${pascal(name)}Params`,
    parent,
    own: members(Object.fromEntries(own), { required, defs: $defs }),
  }
})

const text = `// Generated from the schemas by \`node scripts/recipe-types.mjs\`; do not edit.

/** A value that JSON can hold, as a parameter takes it. */
export type RecipeJson = null | boolean | number | string | readonly RecipeJson[] | { readonly [key: string]: RecipeJson }

/** Parameters that every operator takes. */
export interface BaseParams {
${members(base)}
}

/** Parameters that every filter takes. */
export interface FilterParams extends BaseParams {
${members(ofFilters)}
}
${operators.map(({ type, parent, own, summary, name }) => `\n/** Parameters of \`${name}\`: ${summary} */\nexport interface ${type} extends ${parent} {\n${own}\n}\n`).join('')}
/**
 * The parameters of each operator, by its name. Add your own operators to it, so that recipes may name them:
 * \`declare module 'pawl' { interface OperatorParams { shout_mapper: { loud?: boolean } } }\`
 */
export interface OperatorParams {
${operators.map(({ name, type, summary }) => `${doc(summary)}  ${name}: ${type}`).join('\n')}
}

/** Everything that a recipe may say. Units are in the names of keys, or in what is told of them. */
export interface RecipeInput {
${members({ ...recipe, process: undefined, partition: partition(recipe.partition) })}
  /** The operators, in order: a name, or a name with its parameters. */
  readonly process?: readonly ProcessEntry[]
${[...ignoredKeys].map(key => `${doc(noEffect)}  readonly ${key}?: unknown`).join('\n')}
}

/** An entry of \`process\`: the name of an operator, or one name with its parameters. */
export type ProcessEntry = keyof OperatorParams | { [Name in keyof OperatorParams]: OperatorEntry<Name> }[keyof OperatorParams]

/** An operator with its parameters, and no other operator beside it. */
export type OperatorEntry<Name extends keyof OperatorParams> = { readonly [Key in Name]: OperatorParams[Key] | null } & {
  readonly [Other in Exclude<keyof OperatorParams, Name>]?: never
}
`

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('src/config/recipe-types.ts is stale: run node scripts/recipe-types.mjs')
    process.exit(1)
  }
} else writeFileSync(file, text)

function partition(schema) {
  const ineffective = [...ignoredPartitionKeys].map(key => [key, { description: noEffect }])
  return { ...schema, properties: { ...schema.properties, ...Object.fromEntries(ineffective) } }
}

function members(properties, { required = [], defs = {}, indent = '  ' } = {}) {
  return Object.entries(properties)
    .filter(([, schema]) => schema !== undefined)
    .map(([key, schema]) => {
      const optional = required.includes(key) ? '' : '?'
      return `${doc(describe(schema), indent)}${indent}readonly ${key}${optional}: ${typeOf(schema, defs, indent)}`
    })
    .join('\n')
}

function describe({ description = '', default: preset }) {
  if (preset === undefined || preset === null || typeof preset === 'object') return description
  if (typeof preset === 'number' && Math.abs(preset) > Number.MAX_SAFE_INTEGER)
    return `${description} No bound by default.`
  return `${description} Default: ${JSON.stringify(preset)}.`
}

function doc(content, indent = '  ') {
  return content === '' ? '' : `${indent}/** ${content.trim().replaceAll('*/', '*\\/')} */\n`
}

function typeOf(schema, defs, indent) {
  const { type, enum: values, const: constant, anyOf, items, properties, additionalProperties, required } = schema
  if (schema.$ref !== undefined) return 'RecipeJson'
  if (constant !== undefined) return JSON.stringify(constant)
  if (values !== undefined) return values.map(value => JSON.stringify(value)).join(' | ')
  if (anyOf !== undefined) return union(anyOf.map(one => typeOf(one, defs, indent)))
  if (Array.isArray(type)) return union(type.map(one => typeOf({ ...schema, type: one }, defs, indent)))
  if (type === 'array') return `readonly (${items === undefined ? 'unknown' : typeOf(items, defs, indent)})[]`
  if (type === 'object' && properties !== undefined)
    return `{\n${members(properties, { required, defs, indent: `${indent}  ` })}\n${indent}}`
  if (type === 'object')
    return `{ readonly [key: string]: ${typeof additionalProperties === 'object' ? typeOf(additionalProperties, defs, indent) : 'unknown'} }`
  return { integer: 'number', number: 'number', string: 'string', boolean: 'boolean', null: 'null' }[type] ?? 'unknown'
}

function union(types) {
  const distinct = [...new Set(types)]
  return distinct.includes('unknown') ? 'unknown' : distinct.join(' | ')
}

function pascal(name) {
  return name.replace(/(^|_)(\w)/g, (_, __, letter) => letter.toUpperCase())
}

import { z } from 'zod'
import type { OperatorCatalog, OperatorDefinition } from '../core/operator.js'
import { ignoredKeys, ignoredPartitionKeys } from './ignored-keys.js'
import { recipeSchema } from './recipe-schema.js'

/** A JSON Schema, or a part of one. */
interface Schema {
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly properties?: Readonly<Record<string, Schema>>
  readonly default?: unknown
  readonly description?: string
  readonly [keyword: string]: unknown
}

const noEffect = 'Accepted for Data-Juicer recipes; has no effect.'

/**
 * The JSON Schema of recipes, for editors. All definitions stand in one place at the top, since language servers
 * look nowhere else; properties stand in the order in which they are offered: what an operator alone takes, what
 * others (`shared`) take too, and last what has no effect.
 */
export async function recipeJsonSchema(
  catalog: OperatorCatalog,
  shared: ReadonlySet<string>,
): Promise<Record<string, unknown>> {
  const definitions = await Promise.all(catalog.names.map(name => catalog.load(name)))
  const defs: Record<string, Schema> = {}
  const recipe = hoist('recipe', toSchema(recipeSchema), defs)
  const operators = Object.fromEntries(
    definitions.map(definition => [definition.name, operatorSchema(definition, shared, defs)]),
  )
  const properties: Record<string, Schema> = mapValues(recipe.properties, describeDefault)
  const { partition } = properties
  properties['partition'] = { ...partition, properties: { ...partition.properties, ...without(ignoredPartitionKeys) } }
  properties['process'] = processSchema(catalog, operators)
  const { $schema, ...rest } = recipe
  return {
    $schema,
    title: 'Pawl recipe',
    description: 'A recipe of Pawl: what is read, what is done to it, where the result goes.',
    ...rest,
    properties: { ...properties, ...without(ignoredKeys) },
    $defs: defs,
  }
}

function toSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema
}

function without(keys: ReadonlySet<string>): Record<string, Schema> {
  return Object.fromEntries([...keys].map(key => [key, { description: noEffect }]))
}

/** An entry of `process`: the name of an operator, or a map of that one name to parameters. Refused operators say why. */
function processSchema(catalog: OperatorCatalog, operators: Readonly<Record<string, Schema>>): Schema {
  const refused = [...catalog.unsupported.values()].filter(({ name }) => !catalog.has(name))
  const names = [...catalog.names, ...refused.map(({ name }) => name)]
  const explained = refused.map(({ name, message }) => [name, { description: message, doNotSuggest: true }])
  return {
    type: 'array',
    description: 'The operators, in order: a name, or a name with its parameters.',
    items: {
      if: { type: 'string' },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {
        pattern: `^(${names.join('|')})$`,
        patternErrorMessage: 'There is no operator of this name; `pawl ops` lists them.',
        allOf: [
          ...refused.map(({ name, message }) => ({ pattern: `^(?!${name}$)`, patternErrorMessage: message })),
          ...Object.entries(operators).map(([name, { description }]) => ({
            if: { pattern: `^${name}$` },
            // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
            then: { description },
          })),
        ],
      },
      else: {
        type: 'object',
        properties: { ...operators, ...Object.fromEntries(explained) },
        minProperties: 1,
        maxProperties: 1,
        additionalProperties: false,
        allOf: refused.map(({ name, message }) => ({ properties: { [name]: false }, errorMessage: message })),
      },
    },
  }
}

function operatorSchema(
  { name, summary, params }: OperatorDefinition,
  shared: ReadonlySet<string>,
  defs: Record<string, Schema>,
): Schema {
  const own = hoist(name, toSchema(params), defs)
  const ranked = Object.entries(own.properties ?? {})
    .map(([param, schema]) => [param, describeDefault(schema)] as const)
    .sort(([a, first], [b, second]) => rank(a, first, shared) - rank(b, second, shared))
  const properties = ranked.map(([param, schema]) => [param, shared.has(param) ? share(param, schema, defs) : schema])
  const { $schema: _, type: __, ...rest } = own
  return { ...rest, type: ['object', 'null'], description: summary, properties: Object.fromEntries(properties) }
}

function rank(param: string, { description = '' }: Schema, shared: ReadonlySet<string>): number {
  if (description.includes('has no effect')) return 2
  return shared.has(param) ? 1 : 0
}

/** A parameter that many operators take, described once; one that this operator takes in its own way stays here. */
function share(param: string, { default: _, ...schema }: Schema, defs: Record<string, Schema>): Schema {
  const name = `param.${param}`
  defs[name] ??= schema
  return JSON.stringify(defs[name]) === JSON.stringify(schema) ? { $ref: `#/$defs/${name}` } : schema
}

/**
 * Says the default where an editor shows it. Editors type the defaults of an operator's parameters when they complete
 * its name: null, and a number that stands for no bound, are not theirs to type.
 */
function describeDefault({ default: preset, ...schema }: Schema): Schema {
  const describe = (more: string) => `${schema.description ?? ''} ${more}`.trim()
  if (preset === undefined || preset === null) return schema
  if (typeof preset === 'number' && Math.abs(preset) > Number.MAX_SAFE_INTEGER)
    return { ...schema, description: describe('No bound by default.') }
  const description = typeof preset === 'object' ? schema.description : describe(`Default: ${JSON.stringify(preset)}.`)
  return { ...schema, description, default: preset }
}

/** Moves a schema's own definitions to those of the whole, under names of their own. */
function hoist(owner: string, { $defs = {}, ...schema }: Schema, defs: Record<string, Schema>): Schema {
  const rename = (part: Schema) =>
    JSON.parse(JSON.stringify(part), (key, value) =>
      key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', `#/$defs/${owner}.`) : value,
    ) as Schema
  for (const [name, definition] of Object.entries($defs)) defs[`${owner}.${name}`] = rename(definition)
  return rename(schema)
}

function mapValues(
  properties: Readonly<Record<string, Schema>> = {},
  change: (schema: Schema) => Schema,
): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => {
      const { properties: inner } = schema
      return [key, change(inner === undefined ? schema : { ...schema, properties: mapValues(inner, change) })]
    }),
  )
}

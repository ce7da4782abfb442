import { z } from 'zod'
import type { OperatorCatalog } from '../core/operator.js'
import { ignoredKeys } from './ignored-keys.js'
import { recipeSchema } from './recipe-schema.js'

const options = { io: 'input', unrepresentable: 'any' } as const

/** The JSON Schema of recipes, with the parameters of every operator of a catalog. */
export async function recipeJsonSchema(catalog: OperatorCatalog): Promise<Record<string, unknown>> {
  const schema = z.toJSONSchema(recipeSchema, options) as { properties: Record<string, unknown> }
  const definitions = await Promise.all(catalog.names.map(name => catalog.load(name)))
  const withParams = definitions.map(({ name, summary, params }) => {
    const { $schema: _, ...own } = z.toJSONSchema(params, options) as Record<string, unknown>
    return {
      type: 'object',
      description: summary,
      properties: { [name]: { anyOf: [own, { type: 'null' }] } },
      required: [name],
      additionalProperties: false,
    }
  })
  schema.properties['process'] = {
    type: 'array',
    description: 'The operators, in order: a name, or a name with its parameters.',
    items: { anyOf: [{ enum: catalog.names }, ...withParams] },
  }
  for (const key of ignoredKeys)
    schema.properties[key] = { description: 'Accepted for Data-Juicer recipes; has no effect.' }
  return { title: 'Pawl recipe', ...schema }
}

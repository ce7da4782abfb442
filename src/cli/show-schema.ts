import { resolve } from 'node:path'
import { recipeJsonSchema } from '../config/json-schema.js'
import { eventJsonSchema } from '../core/events.js'
import { openCatalog } from '../engine/open-recipe.js'
import { sharedParams } from '../ops/base-params.js'

interface SchemaOptions {
  readonly events?: boolean
  readonly custom_operator_paths?: readonly string[]
}

/** Prints the schema of recipes, or of events. */
export async function showSchema({ events = false, custom_operator_paths = [] }: SchemaOptions): Promise<void> {
  const { catalog } = await openCatalog(custom_operator_paths.map(path => resolve(path)))
  const schema = events ? eventJsonSchema() : await recipeJsonSchema(catalog, sharedParams)
  process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`)
}

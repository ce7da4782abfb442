import type { Command } from 'commander'
import { recipeJsonSchema } from '../config/json-schema.js'
import { eventJsonSchema } from '../core/events.js'
import { sharedParams } from '../ops/base-params.js'
import { createCatalog } from '../ops/catalog.js'

export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of recipes, for editors')
    .option('--events', 'print the schema of event log lines instead')
    .addHelpText(
      'after',
      '\nIn a recipe, an editor with a YAML language server reads: # yaml-language-server: $schema=recipe.schema.json',
    )
    .action(async ({ events }: { events?: boolean }) => {
      const schema = events ? eventJsonSchema() : await recipeJsonSchema(createCatalog(), sharedParams)
      process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`)
    })
}

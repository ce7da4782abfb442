import type { Command } from 'commander'

export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of recipes, for editors')
    .option('--events', 'print the schema of event log lines instead')
    .option('--custom_operator_paths <files...>', 'modules whose operators it is to know as well')
    .addHelpText(
      'after',
      `
An editor with a YAML language server completes and checks recipes with it:
  pawl schema > recipe.schema.json
and as the first line of a recipe:
  # yaml-language-server: $schema=recipe.schema.json`,
    )
    .action(async (options: { events?: boolean; custom_operator_paths?: readonly string[] }) => {
      const { showSchema } = await import('./show-schema.js')
      await showSchema(options)
    })
}

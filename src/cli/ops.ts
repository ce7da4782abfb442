import type { Command } from 'commander'
import { UsageError } from '../core/usage-error.js'
import { createCatalog } from '../ops/catalog.js'
import { operatorDetails, operatorList } from '../ops/describe.js'
import { nearestName } from '../util/nearest.js'

export function addOpsCommand(program: Command): void {
  program
    .command('ops [name]')
    .description('list the operators, or show one with its parameters and statistics')
    .action(async (name: string | undefined) => {
      const catalog = createCatalog()
      if (name === undefined) {
        process.stdout.write(`${await operatorList(catalog)}\n`)
        return
      }
      const unsupported = catalog.unsupported.get(name)
      if (!catalog.has(name) && unsupported !== undefined) {
        throw new UsageError(unsupported.message)
      }
      if (!catalog.has(name)) {
        const nearest = nearestName(name, catalog.names)
        throw new UsageError(
          `there is no operator "${name}"${nearest === undefined ? '; `pawl ops` lists them' : `; did you mean "${nearest}"?`}`,
        )
      }
      process.stdout.write(`${operatorDetails(await catalog.load(name))}\n`)
    })
}

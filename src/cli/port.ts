import { existsSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { portRecipe } from '../config/port-recipe.js'
import { UsageError } from '../core/usage-error.js'
import { createCatalog } from '../ops/catalog.js'
import { writeFileAtomically } from '../util/durable-file.js'
import { plural } from '../util/format.js'
import { loadChecksums } from '../util/hash.js'
import { newWriter } from '../util/staging.js'

interface PortOptions {
  readonly output?: string
}

export function addPortCommand(program: Command): void {
  program
    .command('port <recipe>')
    .description('write the copy of a recipe that runs here, with a comment at each thing left out or renamed')
    .option('-o, --output <file>', 'where it goes, - for the terminal; by default recipe.pawl.yaml beside the recipe')
    .addHelpText(
      'after',
      `
For recipes of other versions of Data-Juicer and of its neighbours. The recipe itself stays as it is, and so do its
comments in the copy. To run one without what is not here and without a copy:
  pawl run --config recipe.yaml --skip_unsupported`,
    )
    .action(async (file: string, { output }: PortOptions) => {
      await loadChecksums()
      const ported = await portRecipe(file, createCatalog())
      const tell = (line: string) => process.stderr.write(`${line}\n`)
      for (const note of ported.notes) tell(`- ${note}`)
      if (output === '-') process.stdout.write(ported.text)
      else {
        const target = resolve(output ?? besideOf(file))
        if (existsSync(target)) throw new UsageError(`${target} exists already: choose another name with --output`)
        writeFileAtomically(target, ported.text, newWriter())
        tell(`wrote ${target}`)
      }
      const summary = `${ported.running} of ${plural(ported.operators, 'operator')} ${ported.running === 1 ? 'runs' : 'run'} here`
      if (output === '-') tell(summary)
      else process.stdout.write(`${summary}\n`)
    })
}

function besideOf(file: string): string {
  const suffix = extname(file)
  return join(dirname(file), `${basename(file, suffix)}.pawl${suffix || '.yaml'}`)
}

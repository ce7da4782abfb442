import { existsSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { portRecipe } from '../config/port-recipe.js'
import { UsageError } from '../core/usage-error.js'
import { createCatalog } from '../ops/catalog.js'
import { writeFileAtomically } from '../util/durable-file.js'
import { plural } from '../util/format.js'
import { newWriter } from '../util/staging.js'
import type { PortOptions } from './port.js'

/** Writes the copy of a recipe that runs here, or prints it, and tells what was changed in it. */
export async function writePorted(file: string, { output }: PortOptions): Promise<void> {
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
}

function besideOf(file: string): string {
  const suffix = extname(file)
  return join(dirname(file), `${basename(file, suffix)}.pawl${suffix || '.yaml'}`)
}

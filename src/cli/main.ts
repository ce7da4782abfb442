#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { version } from '../engine/version.js'
import { addAnalyzeCommand } from './analyze.js'
import { exitCodeOf, showError } from './errors.js'
import { addOpsCommand } from './ops.js'
import { addPlanCommand } from './plan.js'
import { addPortCommand } from './port.js'
import { addResumeCommand } from './resume.js'
import { addRunCommand } from './run.js'
import { addSchemaCommand } from './schema.js'
import { addValidateCommand } from './validate.js'

const program = new Command('pawl')
  .description(
    'Curates datasets too large to lose: runs Data-Juicer recipes over JSONL, Parquet and Arrow in partitions,\nwith checkpoints, and resumes after any interruption exactly where it was.',
  )
  .version(version)
  .showHelpAfterError('(pawl --help shows what there is)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  pawl run --config recipe.yaml                       run a recipe
  pawl run --config recipe.yaml --job_id exp1         name the job; the same command later goes on with it
  pawl resume exp1                                    go on with a job that was interrupted
  pawl plan --config recipe.yaml                      see what would be done, and why
  pawl analyze --config recipe.yaml                   see what each filter would drop, without dropping
  pawl ops text_length_filter                         parameters and statistics of an operator

Exit codes: 0 complete, 1 failed, 2 bad usage or recipe, 75 another process took the job over,
130 or 143 stopped by a signal.`,
  )

for (const add of [
  addRunCommand,
  addResumeCommand,
  addValidateCommand,
  addPlanCommand,
  addAnalyzeCommand,
  addOpsCommand,
  addSchemaCommand,
  addPortCommand,
])
  add(program)

// A reader that goes away (`| head`) ends the telling, not the job.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', error => {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  })
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    showError(error)
    process.exitCode = exitCodeOf(error)
  }
}

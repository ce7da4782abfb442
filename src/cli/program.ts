import { Command, CommanderError } from 'commander'
import { version } from '../engine/version.js'
import { addAnalyzeCommand } from './analyze.js'
import { addCheckpointCommands, addCleanCommand } from './checkpoint.js'
import { addCompletionCommand } from './completion.js'
import { addDoctorCommand } from './doctor.js'
import { addEventCommands } from './events.js'
import { addInitCommand } from './init.js'
import { addJobCommands } from './jobs.js'
import { addOpsCommand } from './ops.js'
import { addPipelineCommands } from './pipeline.js'
import { addPlanCommand } from './plan.js'
import { addPortCommand } from './port.js'
import { addQuarantineCommands } from './quarantine.js'
import { addRayCommands } from './ray.js'
import { addRemainingCommand } from './remaining.js'
import { addResumeCommand } from './resume.js'
import { addRunCommand } from './run.js'
import { addSchemaCommand } from './schema.js'
import { addShowCommand } from './show.js'
import { addSlurmCommands } from './slurm.js'
import { addTraceCommands } from './trace.js'
import { addValidateCommand } from './validate.js'

/** All commands, with their options and help. */
export function buildProgram(): Command {
  const program = new Command('pawl')
    .description(
      `Curates datasets too large to lose: runs Data-Juicer recipes over JSONL, Parquet
and Arrow in partitions, with checkpoints, and goes on after any interruption
exactly where it was.`,
    )
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .showHelpAfterError('(pawl --help shows what there is)')
    .configureHelp({ sortOptions: false })
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  pawl init data/                      write a recipe from a look at the data
  pawl run recipe.yaml                 run it; entered again, it goes on
  pawl plan recipe.yaml                see what would be done, and why
  pawl analyze recipe.yaml             see what each filter would drop
  pawl resume exp1                     go on with a job by its name
  pawl monitor exp1                    see how far it is, from anywhere
  pawl show exp1                       see samples before and after
  pawl pipeline run curate.ts          run stages that are written in code
  pawl remaining in/ out/              list inputs that have no output yet
  pawl trace exp1 --id id=doc-17       see what each operator did to one sample
  pawl doctor /shared/jobs             see whether jobs can be kept there
  pawl ops duplicate                   find operators; one by name, in full

Exit codes: 0 complete, 1 failed, 2 bad usage or recipe, 75 another process took
the job over, 130 or 143 stopped by a signal.`,
    )
  for (const add of [
    addRunCommand,
    addResumeCommand,
    addPlanCommand,
    addAnalyzeCommand,
    addPipelineCommands,
    addSlurmCommands,
    addRayCommands,
    addRemainingCommand,
    addShowCommand,
    addJobCommands,
    addEventCommands,
    addQuarantineCommands,
    addTraceCommands,
    addCheckpointCommands,
    addCleanCommand,
    addValidateCommand,
    addDoctorCommand,
    addPortCommand,
    addInitCommand,
    addOpsCommand,
    addSchemaCommand,
    addCompletionCommand,
  ])
    add(program)
  program
    .command('version')
    .description('print the version')
    .action(() => void process.stdout.write(`${version}\n`))
  return program
}

/** Does what the command line asks for, and sets the exit code. */
export async function runProgram(): Promise<void> {
  try {
    await buildProgram().parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else {
      const { exitCodeOf, showError } = await import('./errors.js')
      showError(error)
      process.exitCode = exitCodeOf(error)
    }
  }
}

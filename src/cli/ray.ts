import type { Command } from 'commander'
import { addRecipeOptions, type RecipeOptions, readRecipeArguments } from './recipe-arguments.js'

export interface RaySubmitOptions extends RecipeOptions {
  readonly address?: string
  readonly json?: boolean
}

/** The commands about Ray clusters. */
export function addRayCommands(program: Command): void {
  const group = program.command('ray').description('run a job inside a Ray cluster: submit')
  const submit = group
    .command('submit')
    .description('start the job inside the cluster as a Ray job, so that this machine may be switched off')
    .option(
      '--address <url>',
      'the dashboard of the cluster, such as http://10.0.0.1:8265; by default RAY_API_SERVER_ADDRESS',
    )
    .option('--json', 'print one JSON object')
  addRecipeOptions(submit)
    .addHelpText(
      'after',
      `
The recipe, its input and work_dir have to be seen by the cluster under the same
paths as here, and Pawl has to be installed there (docs/ray.md). The job is seen
and stopped through its folder, from wherever that is seen:

  pawl ray submit --config recipe.yaml --address http://10.0.0.1:8265
  pawl monitor exp1 --work_dir /shared/jobs
  pawl stop exp1 --work_dir /shared/jobs`,
    )
    .action(async (options: RaySubmitOptions, command: Command) => {
      const { file, settings } = await readRecipeArguments(command)
      const { submitToRay } = await import('./ray-submit.js')
      await submitToRay(file, settings, options)
    })
}

import { existsSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { UsageError } from '../core/usage-error.js'
import { openRecipe } from '../engine/open-recipe.js'
import { arrayScript, finishingPath, finishingScript, quote, type SlurmScript } from '../slurm/script.js'
import { shardMode, wholeNumber } from './option-values.js'
import type { SlurmInitOptions } from './slurm.js'

/** Writes the batch script, and for `shard: hash` the one that finishes. */
export async function initScript(options: SlurmInitOptions): Promise<void> {
  const { output, force = false } = options
  const path = resolve(output)
  const shard = shardMode(options.shard) ?? 'lease'
  const paths = shard === 'hash' ? [path, finishingPath(path)] : [path]
  const taken = paths.find(existsSync)
  if (taken !== undefined && !force)
    throw new UsageError(`${taken} exists: choose another with --output, or --force replaces it`)
  const { tasks, time, partition } = await askFor(options)
  const what = await whatRuns(options)
  const script: SlurmScript = {
    ...what,
    ...{ cwd: process.cwd(), pawl: options.pawl ?? howStarted(), tasks, shard },
    ...{ cpus: wholeNumber('--cpus', options.cpus) ?? 4, time, partition, memory: options.mem },
    ...{ logs: resolve(options.logs ?? '.'), extra: options.sbatch ?? [] },
  }
  writeFileSync(path, arrayScript(script), { mode: 0o755 })
  if (shard === 'hash') writeFileSync(finishingPath(path), finishingScript(script), { mode: 0o755 })
  process.stdout.write(`${paths.join('\n')}\nSubmit it with: pawl slurm submit ${quote(output)}\n`)
}

type What = Pick<SlurmScript, 'kind' | 'file' | 'jobDir' | 'name'>

async function whatRuns({ config, pipeline, checkpoint_path }: SlurmInitOptions): Promise<What> {
  if ((config === undefined) === (pipeline === undefined))
    throw new UsageError('give either --config with a recipe, or --pipeline with a module')
  if (pipeline !== undefined) {
    if (!existsSync(pipeline)) throw new UsageError(`there is no file ${resolve(pipeline)}`)
    if (checkpoint_path === undefined)
      throw new UsageError(
        'tasks of an array share the state of a pipeline: give --checkpoint_path, a folder that all nodes see',
      )
    const jobDir = resolve(checkpoint_path)
    return { kind: 'pipeline', file: resolve(pipeline), jobDir, name: nameOf(jobDir) }
  }
  const file = resolve(config as string)
  const { recipe } = await openRecipe(file, [])
  if (recipe.new_job)
    throw new UsageError(
      `${file} asks for a new job on each start (new_job), and all tasks of an array work on one: give it a job_id`,
    )
  return { kind: 'recipe', file, jobDir: recipe.jobDir, name: nameOf(recipe.jobDir) }
}

/** As this process was: the same Node and the same installation, which all nodes have to see. */
function howStarted(): string {
  return [process.execPath, realpathSync(process.argv[1])].map(quote).join(' ')
}

function nameOf(jobDir: string): string {
  return basename(jobDir).replace(/[^\w.-]/g, '_')
}

interface Asked {
  readonly tasks: number
  readonly time: string | undefined
  readonly partition: string | undefined
}

/** What is not given is asked for, where somebody is there to answer. */
async function askFor(options: SlurmInitOptions): Promise<Asked> {
  const given = { tasks: wholeNumber('--tasks', options.tasks), time: options.time, partition: options.partition }
  if (!(process.stdin.isTTY && process.stdout.isTTY)) return { ...given, tasks: given.tasks ?? 8 }
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const ask = async (question: string) => (await terminal.question(question)).trim() || undefined
    return {
      tasks: given.tasks ?? wholeNumber('tasks', await ask('Tasks of the array [8]: ')) ?? 8,
      time: given.time ?? (await ask('Time limit of each, such as 4:00:00 [the partition’s]: ')),
      partition: given.partition ?? (await ask('Partition [the default one]: ')),
    }
  } finally {
    terminal.close()
  }
}

import type { Command } from 'commander'
import { addShowOptions, type ShowOptions } from './show-options.js'

export interface QuarantineOptions {
  readonly work_dir?: string
  readonly operator?: string
  readonly json?: boolean
  readonly to?: string
}

const whereJobIs = 'where the job is; by default under ./outputs or where you ran jobs'

/** The commands about what a job set aside. */
export function addQuarantineCommands(program: Command): void {
  const group = program.command('quarantine').description('what was set aside: list, show, replay, export')
  const add = (name: string, description: string) =>
    group
      .command(`${name} <job>`)
      .description(description)
      .option('--operator <name>', 'only what this operator set aside (reader: what is no record)')
      .option('--work_dir <folder>', whereJobIs)
  add('list', 'count what was set aside, by operator and reason')
    .option('--json', 'print it as JSON, one reason a line')
    .action(async (job: string, options: QuarantineOptions) => {
      const { listQuarantine } = await import('./show-quarantine.js')
      await listQuarantine(job, options)
    })
  add('show', 'print what was set aside, one entry a line, as JSON').action(
    async (job: string, options: QuarantineOptions) => {
      const { printQuarantine } = await import('./show-quarantine.js')
      await printQuarantine(job, options)
    },
  )
  add('export', 'write the samples that were set aside to a file')
    .requiredOption('--to <file>', 'the file, in JSONL')
    .action(async (job: string, options: QuarantineOptions) => {
      const { exportQuarantine } = await import('./show-quarantine.js')
      await exportQuarantine(job, options)
    })
  addShowOptions(add('replay', 'run it again after a fix, and fold what survives into the output')).action(
    async (job: string, options: QuarantineOptions & ShowOptions) => {
      const { replay } = await import('./show-quarantine.js')
      await replay(job, options)
    },
  )
}

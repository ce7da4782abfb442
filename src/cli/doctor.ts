import type { Command } from 'commander'

export interface DoctorOptions {
  readonly json?: boolean
  readonly ray_address?: string
}

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('try on a folder what jobs stand on, and say whether they can be kept there')
    .argument('[folder]', 'where jobs are to be kept', 'outputs')
    .option('--ray_address <address>', 'also look at all nodes of this Ray cluster: host:port of its head, or auto')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Tries hard links, exclusive create by two processes, rename and fsync, measures
how late another process's names are seen and how far the file server's clock is
off, and looks at this host. Everything is done in a folder of its own, which
goes again. Exit codes: 0 jobs may be kept there, 1 they may not.

More: docs/file-systems.md`,
    )
    .action(async (folder: string, options: DoctorOptions) => {
      const { showExamination } = await import('./show-doctor.js')
      await showExamination(folder, options)
    })
}

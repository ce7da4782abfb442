import type { Command } from 'commander'

export interface ShowOptions {
  readonly quiet?: boolean
  readonly json?: boolean
  readonly leave_when_idle?: boolean
}

export function addShowOptions(command: Command): Command {
  return command
    .option('-q, --quiet', 'print nothing but errors')
    .option('--json', 'print the result as one JSON object')
}

/** For commands that take part in a job at which others may be at work. */
export function addHandOptions(command: Command): Command {
  return command.option(
    '--leave_when_idle',
    'where other processes hold all that is left of the job, leave it to them (exit code 75) rather than wait for its end',
  )
}

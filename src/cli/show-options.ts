import type { Command } from 'commander'

export interface ShowOptions {
  readonly quiet?: boolean
  readonly json?: boolean
}

export function addShowOptions(command: Command): Command {
  return command
    .option('-q, --quiet', 'print nothing but errors')
    .option('--json', 'print the result as one JSON object')
}

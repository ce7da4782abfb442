import { type Command, Option } from 'commander'

export function addCompletionCommand(program: Command): void {
  program
    .command('completion <shell>')
    .description('print what makes bash, zsh or fish complete the commands')
    .addHelpText(
      'after',
      `
For good, add to the start-up file of your shell:
  bash  eval "$(pawl completion bash)"      in ~/.bashrc
  zsh   eval "$(pawl completion zsh)"       in ~/.zshrc, behind compinit
  fish  pawl completion fish | source       in ~/.config/fish/config.fish`,
    )
    .action(async (shell: string) => {
      const { completionScript } = await import('./completion-scripts.js')
      process.stdout.write(completionScript(shell))
    })
  program
    .command('complete', { hidden: true })
    .argument('<index>', 'which of the words is being typed')
    .argument('[words...]')
    .allowUnknownOption()
    .addOption(new Option('-h, --help').hideHelp())
    .action(async (...given: unknown[]) => {
      // The command itself, which comes last, has the words as they were typed.
      const { args } = given.at(-1) as Command
      const { completions } = await import('./completions.js')
      const found = await completions(program, args.slice(1), Number(args[0]))
      if (found.length > 0) process.stdout.write(`${found.join('\n')}\n`)
    })
}

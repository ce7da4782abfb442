import type { Command } from 'commander'
import type { AnalyzeOptions } from './analyze-and-show.js'
import { addRecipeOptions, type RecipeOptions, readRecipeArguments } from './recipe-arguments.js'
import { prepare } from './run.js'
import { addShowOptions } from './show-options.js'

export function addAnalyzeCommand(program: Command): void {
  const command = program
    .command('analyze')
    .description('compute what each filter would drop, without dropping anything')
    .option('--html <file>', 'also write one page with plots that needs nothing else')
  addShowOptions(addRecipeOptions(command))
    .addHelpText(
      'after',
      `
Use it to choose bounds before a run, then change the recipe and look again:
  pawl analyze recipe.yaml --job_id exp1 --html exp1.html
  pawl analyze recipe.yaml --job_id exp1 --text_length_filter.min_len 200

Mappers apply, so that the numbers are those that the filters see. Deduplicators
and selectors are left out. "alone" is what a filter would drop if it were the
only one, "in order" what it would drop of what the filters before it leave.
The analysis is a job of its own, <job_id>-analysis, gone on with like any
other; its samples with their statistics are in analysis/stats.jsonl of its
folder.`,
    )
    .action(async (options: RecipeOptions & AnalyzeOptions, command: Command) => {
      const { file, settings } = await readRecipeArguments(command)
      await prepare()
      const { openAnalysis } = await import('../engine/open-analysis.js')
      const { analyzeAndShow } = await import('./analyze-and-show.js')
      await analyzeAndShow(await openAnalysis(file, settings), options)
    })
}

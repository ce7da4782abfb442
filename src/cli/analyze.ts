import { resolve } from 'node:path'
import type { Command } from 'commander'
import { analysisAsPage } from '../analysis/page.js'
import { analysisAsText } from '../analysis/terminal.js'
import { UsageError } from '../core/usage-error.js'
import { type AnalysisReport, analyzeRecipe } from '../engine/analyze-recipe.js'
import { type OpenAnalysis, openAnalysis } from '../engine/open-analysis.js'
import { writeFileAtomically } from '../util/durable-file.js'
import { formatCount } from '../util/format.js'
import { newWriter } from '../util/staging.js'
import { addRecipeOptions, addShowOptions, type RecipeOptions } from './run.js'
import { type ShowOptions, showWhileRunning } from './run-and-show.js'

interface AnalyzeOptions extends ShowOptions {
  readonly html?: string
}

export function addAnalyzeCommand(program: Command): void {
  const command = program
    .command('analyze')
    .description('compute the statistics of all filters without dropping anything, and what each would drop')
    .option('--html <file>', 'also write one page with plots that needs nothing else')
  addShowOptions(addRecipeOptions(command))
    .addHelpText(
      'after',
      `
Use it to choose bounds before a run, then change the recipe and look again:
  pawl analyze --config recipe.yaml --job_id exp1 --html exp1.html
  pawl analyze --config recipe.yaml --job_id exp1 --text_length_filter.min_len 200

Mappers apply, so that the numbers are those that the filters see. Deduplicators and selectors
are left out. "alone" is what a filter would drop if it were the only one, "in order" what it would
drop of what the filters before it leave.
The analysis is a job of its own, <job_id>-analysis, resumed like any other; its samples with their
statistics are in analysis/stats.jsonl of its folder.`,
    )
    .action(async (options: RecipeOptions & AnalyzeOptions, { args }: Command) => {
      if (options.config === undefined && args.length === 0)
        throw new UsageError('pawl analyze needs a recipe: pawl analyze --config recipe.yaml')
      await analyzeAndShow(await openAnalysis(options.config, args), options)
    })
}

/** Analyses a recipe, shows how it goes, then what it found. */
export async function analyzeAndShow(analysis: OpenAnalysis, options: AnalyzeOptions): Promise<void> {
  await showWhileRunning(analysis.open, options, async observer => {
    const report = await analyzeRecipe(analysis, observer)
    const page = options.html === undefined ? undefined : resolve(options.html)
    if (page !== undefined) writeFileAtomically(page, analysisAsPage(report.job_id, report), newWriter())
    const places = [
      ...(report.quarantined === 0 ? [] : [unmeasured(report)]),
      `statistics    ${report.stats_path}`,
      ...(page === undefined ? [] : [`page          ${page}`]),
    ]
    return { json: report, text: ['', analysisAsText(report), '', ...places].join('\n') }
  })
}

function unmeasured({ quarantined, job_dir }: AnalysisReport): string {
  return `not measured  ${formatCount(quarantined)}, which a run would set aside as well → ${job_dir}/quarantine/quarantine.jsonl`
}

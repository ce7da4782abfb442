import { resolve } from 'node:path'
import { analysisAsPage } from '../analysis/page.js'
import { analysisAsText } from '../analysis/terminal.js'
import { type AnalysisReport, analyzeRecipe, collectTexts } from '../engine/analyze-recipe.js'
import type { OpenAnalysis } from '../engine/open-analysis.js'
import { writeFileAtomically } from '../util/durable-file.js'
import { formatCount } from '../util/format.js'
import { newWriter } from '../util/staging.js'
import { showWhileRunning } from './run-and-show.js'
import type { ShowOptions } from './show-options.js'

export interface AnalyzeOptions extends ShowOptions {
  readonly html?: string
}

/** Analyses a recipe, shows how it goes, then what it found. */
export async function analyzeAndShow(analysis: OpenAnalysis, options: AnalyzeOptions): Promise<void> {
  await showWhileRunning(analysis.open, options, async observer => {
    const report = await analyzeRecipe(analysis, observer)
    const page = options.html === undefined ? undefined : resolve(options.html)
    if (page !== undefined) {
      const texts = await collectTexts(report, analysis.open.recipe.text_keys[0], observer.signal)
      writeFileAtomically(page, analysisAsPage(report.job_id, report, texts), newWriter())
    }
    const places = [
      ...(report.quarantined === 0 ? [] : [unmeasured(report)]),
      `statistics    ${report.stats_path}`,
      ...(page === undefined ? [] : [`page          ${page}`]),
    ]
    return { json: withoutCurves(report), text: ['', analysisAsText(report), '', ...places].join('\n') }
  })
}

/** The curves are for plots: four hundred numbers a statistic say little to those who read JSON. */
function withoutCurves(report: AnalysisReport): unknown {
  return JSON.parse(JSON.stringify(report, (key, value: unknown) => (key === 'curve' ? undefined : value)))
}

function unmeasured({ quarantined, job_dir }: AnalysisReport): string {
  return `not measured  ${formatCount(quarantined)}, which a run would set aside as well → ${job_dir}/quarantine/quarantine.jsonl`
}

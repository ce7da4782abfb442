import { statSync } from 'node:fs'
import { Analysis, type AnalysisSummary, type AnalyzedFilter, type Bound } from '../analysis/analysis.js'
import { type TextAt, TextCollector } from '../analysis/text-collector.js'
import type { Filter, OperatorDefinition } from '../core/operator.js'
import { nowhere } from '../core/origin.js'
import { ownStat, withOwnStats } from '../core/own-stats.js'
import { Sample } from '../core/sample.js'
import { SourceText } from '../core/source-text.js'
import type { OperatorUse } from '../core/work-unit.js'
import { JobStopped } from '../execution/protocol/job-failure.js'
import { readSlice } from '../io/open-reader.js'
import type { OpenAnalysis } from './open-analysis.js'
import type { MeteredOptions } from './run-options.js'
import { runRecipe } from './run-recipe.js'

/** What came of an analysis, as `--json` prints it. */
export interface AnalysisReport extends AnalysisSummary {
  /** Name of the job that measured. */
  readonly job_id: string
  /** Its folder. */
  readonly job_dir: string
  /** The samples, as they are at the end of the recipe, each with its statistics. */
  readonly stats_path: string
  /** Operators that need the whole dataset and took no part. */
  readonly left_out: readonly string[]
  /** Records that could not be read or measured. */
  readonly quarantined: number
  /** Time on the wall. */
  readonly duration_ms: number
}

/**
 * Computes the statistics of every filter of a recipe without dropping a sample, then what each filter
 * would drop. A job like any other: partitioned, and resumed where it was.
 *
 * @throws what `runRecipe` throws
 */
export async function analyzeRecipe(analysis: OpenAnalysis, options: MeteredOptions = {}): Promise<AnalysisReport> {
  const { open, leftOut } = analysis
  if (leftOut.length > 0)
    options.onWarning?.(
      `left out of the analysis, as they need the whole dataset: ${leftOut.join(', ')}; numbers behind them include what they would drop`,
    )
  const report = await runRecipe(open, options)
  const filters = await buildFilters(analysis)
  try {
    const summary = await summarize(
      measuredSamples(report.exportPath, open.recipe.text_keys[0], options.signal),
      filters,
    )
    return {
      job_id: report.jobId,
      job_dir: report.jobDir,
      stats_path: report.exportPath,
      left_out: leftOut,
      quarantined: report.quarantined,
      duration_ms: Math.round(report.durationMs),
      ...summary,
    }
  } finally {
    for (const { filter } of filters) await filter.dispose?.()
  }
}

interface BuiltFilter extends AnalyzedFilter {
  readonly filter: Filter
}

async function buildFilters({ open, places }: OpenAnalysis): Promise<BuiltFilter[]> {
  const { recipe, catalog } = open
  const built: BuiltFilter[] = []
  for (const [at, use] of recipe.operators.entries()) {
    if (!use.onlyMeasures) continue
    const definition = await catalog.load(use.name)
    const filter = await definition.create(use.params, {
      textKey: recipe.text_keys[0],
      seed: recipe.seed,
      mediaDir: recipe.mediaDir,
    })
    if (filter.kind !== 'filter') continue
    built.push({
      index: places[at],
      name: use.name,
      params: use.params,
      stats: statsOf(definition, use).map(stat => ownStat(stat, use)),
      bounds: boundsOf(definition, use).map(bound => ({ ...bound, stat: ownStat(bound.stat, use) })),
      thresholds: thresholdsOf(definition).map(threshold => ({ ...threshold, stat: ownStat(threshold.stat, use) })),
      keep: sample => withOwnStats(filter, use).keep(sample),
      filter,
    })
  }
  return built
}

/** A filter on a field names its statistic after the field. */
function statsOf({ stats }: OperatorDefinition, { params }: OperatorUse): readonly string[] {
  const field = params['field_key']
  return stats.length === 0 && typeof field === 'string' && field !== '' ? [field] : stats
}

function thresholdsOf({ thresholds }: OperatorDefinition): Omit<Bound, 'value'>[] {
  return thresholds.flatMap(({ stat, ...bounds }) =>
    (['min', 'max'] as const).flatMap(kind =>
      bounds[kind] === undefined ? [] : [{ stat, kind, param: bounds[kind] }],
    ),
  )
}

/** The bounds that a recipe sets; numbers beyond all integers stand for none. */
function boundsOf({ thresholds }: OperatorDefinition, { params }: OperatorUse): Bound[] {
  return thresholds.flatMap(({ stat, ...bounds }) =>
    (['min', 'max'] as const).flatMap(kind => {
      const param = bounds[kind]
      const value = param === undefined ? undefined : params[param]
      if (param === undefined || typeof value !== 'number' || Math.abs(value) > Number.MAX_SAFE_INTEGER) return []
      return [{ stat, kind, param, value }]
    }),
  )
}

const batchBytes = 1 << 20

/** The samples of an analysis, as they were measured. */
async function* measuredSamples(
  path: string,
  textKey: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Sample> {
  const cut = { kind: 'bytes', start: 0, end: statSync(path).size } as const
  const slice = { path, format: 'jsonl', compression: 'none', cut } as const
  const options = { batchBytes, maxRecordBytes: Number.MAX_SAFE_INTEGER, textKey }
  for await (const { bytes, records } of readSlice(slice, options)) {
    if (signal?.aborted) throw new JobStopped('stopped while adding up the statistics, which are all computed')
    for (const record of records)
      if (record.kind === 'record') yield new Sample(nowhere, new SourceText(bytes, record.start, record.end))
  }
}

/** Texts along the range of every statistic, so that one can look at what lies on both sides of a bound. */
export async function collectTexts(
  { stats_path, filters }: AnalysisReport,
  textKey: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly TextAt[]>> {
  const collector = new TextCollector(filters)
  for await (const sample of measuredSamples(stats_path, textKey, signal)) collector.add(sample, textKey)
  return collector.texts()
}

async function summarize(samples: AsyncIterable<Sample>, filters: readonly AnalyzedFilter[]): Promise<AnalysisSummary> {
  const analysis = new Analysis(filters)
  for await (const sample of samples) analysis.add(sample)
  return analysis.summary()
}

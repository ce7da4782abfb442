import type { AnalysisSummary, FilterSummary } from './analysis.js'
import { escapeHtml } from './escape-html.js'
import { pageScript } from './page-script.js'
import { pageStyle } from './page-style.js'
import { histogramSvg, valuesSvg } from './plot.js'
import { showNumber, showShare } from './show-number.js'
import type { NumberSummary, StatisticSummary } from './statistic.js'
import type { TextAt } from './text-collector.js'

export interface PageContent extends AnalysisSummary {
  readonly left_out: readonly string[]
  readonly quarantined: number
}

/** An analysis as one HTML page that loads nothing else. */
export function analysisAsPage(
  title: string,
  content: PageContent,
  texts: ReadonlyMap<string, readonly TextAt[]> = new Map(),
): string {
  const name = escapeHtml(title)
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${name}</title><style>${pageStyle}</style></head><body><main>`,
    `<h1>${name}</h1>${facts(content)}${leftOut(content)}`,
    dropSection(content),
    ...content.filters.map(filter => filterSection(filter, texts)),
    `</main><script>${pageScript}</script></body></html>\n`,
  ].join('\n')
}

function facts({ samples, kept, not_judged: notJudged, quarantined }: PageContent): string {
  const list = [
    ['samples', showNumber(samples)],
    ['kept by all filters', `${showNumber(kept)} (${showShare(kept, samples)})`],
    ['dropped', showNumber(samples - kept - notJudged)],
    ...(notJudged > 0 ? [['cannot be judged', showNumber(notJudged)]] : []),
    ...(quarantined > 0 ? [['not measured (quarantine)', showNumber(quarantined)]] : []),
  ]
  return `<dl class="facts">${list.map(([term, value]) => `<div><dt>${term}</dt><dd>${value}</dd></div>`).join('')}</dl>`
}

function leftOut({ left_out }: PageContent): string {
  if (left_out.length === 0) return ''
  const names = left_out.map(name => `<code>${escapeHtml(name)}</code>`).join(', ')
  return `<p class="soft">Left out, as they need the whole dataset: ${names}.</p>`
}

function dropSection({ filters, samples }: PageContent): string {
  const hasFailures = filters.some(({ failed }) => failed > 0)
  const rows = filters.map(filter => {
    const { index, name, dropped_alone: alone, dropped_in_order: inOrder, reached, failed } = filter
    const percent = samples === 0 ? 0 : (alone / samples) * 100
    return [
      `<tr><td><a href="#op-${index}">process[${index}]</a> ${escapeHtml(name)}</td>`,
      `<td>${showNumber(alone)}</td><td>${showShare(alone, samples)}</td>`,
      `<td class="share"><div class="meter"><i style="width:${percent.toFixed(2)}%"></i></div></td>`,
      `<td>${showNumber(inOrder)}</td><td>${showNumber(reached)}</td>${hasFailures ? `<td>${showNumber(failed)}</td>` : ''}</tr>`,
    ].join('')
  })
  return [
    '<section><h2>What each filter would drop</h2>',
    '<p class="soft">Alone: as if it were the only filter. In order: of the samples that the filters before it leave.</p>',
    '<div class="scroll"><table><thead><tr><th>filter</th><th>alone</th><th></th><th class="share"></th><th>in order</th><th>of those left</th>',
    `${hasFailures ? '<th>cannot judge</th>' : ''}</tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`,
  ].join('')
}

function filterSection(filter: FilterSummary, texts: ReadonlyMap<string, readonly TextAt[]>): string {
  const { index, name, bounds, statistics } = filter
  const said = bounds.map(({ param, value }) => `<code>${escapeHtml(param)}: ${value}</code>`).join(', ')
  const plots = statistics.map(statistic => statisticBlock(statistic, filter, texts.get(statistic.name) ?? []))
  const facts = `data-name="${escapeHtml(name)}" data-params="${escapeHtml(JSON.stringify(ownParams(filter)))}"`
  return [
    `<section class="filter" id="op-${index}" ${facts}><h2>process[${index}] ${escapeHtml(name)}</h2>`,
    said === '' ? '' : `<p class="soft">${said}</p>`,
    ...(plots.length === 0 ? ['<p class="soft">It computes no statistics.</p>'] : plots),
    '<div class="yaml"><pre></pre><button type="button">Copy</button></div>',
    '</section>',
  ].join('')
}

/** Parameters that say something: neither absent nor what every filter has by default. */
function ownParams({ params }: FilterSummary): Record<string, unknown> {
  const usual: Readonly<Record<string, unknown>> = {
    min_closed_interval: true,
    max_closed_interval: true,
    reversed_range: false,
  }
  return Object.fromEntries(
    Object.entries(params).filter(([key, value]) => {
      const isNoBound = typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER
      return value != null && value !== usual[key] && !isNoBound
    }),
  )
}

function statisticBlock(
  statistic: StatisticSummary,
  { bounds, thresholds, params, statistics, dropped_alone: alone }: FilterSummary,
  texts: readonly TextAt[],
): string {
  const { name, missing } = statistic
  const title = `<h3>${escapeHtml(name)}</h3>`
  const note = missing > 0 ? `<p class="soft">Missing in ${showNumber(missing)} samples.</p>` : ''
  if (statistic.kind === 'values') return `${title}${valuesSvg(statistic)}${note}`
  const own = thresholds
    .filter(({ stat }) => stat === name)
    .map(each => ({ ...each, value: bounds.find(({ param }) => param === each.param)?.value }))
  const data = {
    curve: statistic.curve.map(short),
    texts,
    count: statistic.count,
    reversed: params['reversed_range'] === true,
    // Exact, where the statistic alone decides, as long as nobody moves a bound.
    alone: statistics.length === 1 ? alone : undefined,
  }
  return [
    `<div class="statistic" data-curve="${escapeHtml(JSON.stringify(data))}">${title}${histogramSvg(statistic, own)}`,
    '<p class="read" aria-live="polite"></p><div class="texts"></div>',
    `${outside(statistic)}${note}${numberTable(statistic)}</div>`,
  ].join('')
}

/** Six digits are more than a plot shows. */
function short(value: number): number {
  return Number(value.toPrecision(6))
}

function outside({ histogram: { below, above, from, to } }: NumberSummary): string {
  const parts = [
    ...(below > 0 ? [`${showNumber(below)} below ${showNumber(from)}`] : []),
    ...(above > 0 ? [`${showNumber(above)} above ${showNumber(to)}`] : []),
  ]
  return parts.length === 0 ? '' : `<p class="soft">Not in the plot: ${parts.join(', ')}.</p>`
}

function numberTable({ count, mean, std, min, max, quantiles, quantiles_are_exact: isExact }: NumberSummary): string {
  const cells: (readonly [string, number])[] = [
    ['count', count],
    ['mean', mean],
    ['std', std],
    ['min', min],
    ...Object.entries(quantiles).map(([share, value]) => [`${Number(share) * 100} %`, value] as const),
    ['max', max],
  ]
  const head = cells.map(([title]) => `<th>${title}</th>`).join('')
  const body = cells.map(([, value]) => `<td>${showNumber(value)}</td>`).join('')
  const note = isExact ? '' : '<p class="soft">Quantiles are exact to 0.1 % of rank.</p>'
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody><tr>${body}</tr></tbody></table></div>${note}`
}

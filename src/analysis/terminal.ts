import type { AnalysisSummary, Bound, FilterSummary } from './analysis.js'
import { type Histogram, shareOf } from './histogram.js'
import { showNumber, showShare } from './show-number.js'
import type { NumberSummary, StatisticSummary, ValueSummary } from './statistic.js'

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const barWidth = 30

/** An analysis as text: per filter its statistics with a histogram, then what each would drop. */
export function analysisAsText(summary: AnalysisSummary): string {
  const sections = summary.filters.map(filter => filterSection(filter))
  return [...sections, dropTable(summary)].join('\n\n')
}

function filterSection({ index, name, bounds, statistics }: FilterSummary): string {
  const lines = [`process[${index}] ${name}`]
  for (const statistic of statistics) lines.push(...statisticLines(statistic, bounds))
  if (statistics.length === 0) lines.push('  no statistics')
  return lines.join('\n')
}

function statisticLines(statistic: StatisticSummary, bounds: readonly Bound[]): string[] {
  return statistic.kind === 'numbers' ? numberLines(statistic, bounds) : valueLines(statistic)
}

function numberLines(statistic: NumberSummary, bounds: readonly Bound[]): string[] {
  const { name, count, missing, mean, std, min, max, quantiles, quantiles_are_exact: isExact, histogram } = statistic
  const own = bounds.filter(({ stat }) => stat === name)
  const limits = own.map(({ param, value }) => `${param} ${showNumber(value)}`).join(', ')
  const cells = [
    ['min', min],
    ...Object.entries(quantiles).map(([share, value]) => [`${Number(share) * 100} %`, value] as const),
    ['max', max],
    ['mean', mean],
    ['std', std],
  ] as const
  const texts = cells.map(([title, value]) => [title, showNumber(value)] as const)
  const widths = texts.map(([title, value]) => Math.max(title.length, value.length))
  return [
    `  ${name}: ${showNumber(count)} values${missing > 0 ? `, ${showNumber(missing)} missing` : ''}${limits === '' ? '' : `; ${limits}`}`,
    `    ${texts.map(([title], at) => title.padStart(widths[at])).join('  ')}`,
    `    ${texts.map(([, value], at) => value.padStart(widths[at])).join('  ')}${isExact ? '' : '  (quantiles within 0.1 % of rank)'}`,
    ...histogramLines(
      histogram,
      own.filter(({ value }) => value > min && value < max),
    ),
  ]
}

/** One column a bin, as high as the root of its count so that rare values show; below them arrows where the bounds stand. */
function histogramLines(histogram: Histogram, bounds: readonly Bound[]): string[] {
  const { counts, from, to, scale, below, above } = histogram
  const highest = Math.max(...counts)
  const columns = counts.map(count =>
    count === 0 ? ' ' : blocks[Math.min(7, Math.floor(Math.sqrt(count / highest) * 7.999))],
  )
  const left = `${below > 0 ? `${showNumber(below)} below ` : ''}${showNumber(from)} `
  const right = ` ${showNumber(to)}${above > 0 ? ` and ${showNumber(above)} above` : ''}${scale === 'log' ? ' (log scale)' : ''}`
  const lines = [`    ${left}▕${columns.join('')}▏${right}`]
  const marks = new Array<string>(counts.length).fill(' ')
  for (const { value } of bounds) {
    const at = Math.floor(shareOf(histogram, value) * counts.length)
    if (value >= from && value <= to && to > from) marks[Math.min(at, counts.length - 1)] = '↑'
  }
  if (marks.includes('↑')) lines.push(`    ${' '.repeat(left.length + 1)}${marks.join('').trimEnd()}`)
  return lines
}

function valueLines({ name, count, missing, most_frequent: frequent, others }: ValueSummary): string[] {
  const lines = [`  ${name}: ${showNumber(count)} values${missing > 0 ? `, ${showNumber(missing)} missing` : ''}`]
  const width = Math.max(0, ...frequent.map(({ value }) => value.length))
  const rows = others > 0 ? [...frequent, { value: 'others', count: others }] : frequent
  for (const row of rows) {
    const bar = '█'.repeat(Math.ceil((row.count / count) * barWidth))
    lines.push(`    ${row.value.padEnd(width)}  ${bar} ${showNumber(row.count)} (${showShare(row.count, count)})`)
  }
  return lines
}

function dropTable({ samples, kept, not_judged: notJudged, filters }: AnalysisSummary): string {
  const header = ['would drop', 'alone', '', 'in order', '', 'of those left']
  const rows = filters.map(filter => [
    `process[${filter.index}] ${filter.name}`,
    showNumber(filter.dropped_alone),
    showShare(filter.dropped_alone, samples),
    showNumber(filter.dropped_in_order),
    showShare(filter.dropped_in_order, samples),
    showNumber(filter.reached),
    filter.failed > 0 ? `(cannot judge ${showNumber(filter.failed)})` : '',
  ])
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map(row => row[column].length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  const all = `All filters together would keep ${showNumber(kept)} of ${showNumber(samples)} samples (${showShare(kept, samples)}).`
  const rest =
    notJudged === 0 ? [] : [`${showNumber(notJudged)} would be set aside: they reach a filter that cannot judge them.`]
  return [line(header), ...rows.map(line), '', all, ...rest].join('\n')
}

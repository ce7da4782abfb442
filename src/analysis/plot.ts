import type { Bound } from './analysis.js'
import { escapeHtml } from './escape-html.js'
import { edgeOf, type Histogram, shareOf } from './histogram.js'
import { showNumber } from './show-number.js'
import type { NumberSummary, ValueSummary } from './statistic.js'

const width = 640
const height = 190
const plotTop = 26
const plotBottom = 160

/** A bound as it stands in a plot: set by the recipe, or parked at the end where it bounds nothing. */
export interface PlotBound extends Omit<Bound, 'value'> {
  readonly value: number | undefined
}

/**
 * A histogram as inline SVG: bars, the quartiles as a box below them, bounds as dashed lines. The page's script reads
 * the scale off its attributes and makes the bounds movable.
 */
export function histogramSvg(
  { name, histogram, quantiles, is_integer: isInteger }: NumberSummary,
  bounds: readonly PlotBound[],
): string {
  const { from, to, counts, scale } = histogram
  const highest = Math.max(1, ...counts)
  const step = width / counts.length
  const placeOf = (value: number) => Math.min(width, Math.max(0, shareOf(histogram, value) * width))
  const bars = counts.map((count, at) => {
    const tall = count === 0 ? 0 : Math.max(1.5, (count / highest) * (plotBottom - plotTop))
    const span = `${showNumber(edgeOf(histogram, at))} to ${showNumber(edgeOf(histogram, at + 1))}`
    const box = `x="${fixed(at * step + 0.75)}" y="${fixed(plotBottom - tall)}" width="${fixed(Math.max(1, step - 1.5))}" height="${fixed(tall)}"`
    return `<rect class="bar" ${box}><title>${escapeHtml(span)}: ${showNumber(count)}</title></rect>`
  })
  const [q05, q25, q50, q75, q95] = ['0.05', '0.25', '0.5', '0.75', '0.95'].map(share => placeOf(quantiles[share]))
  const box = [
    `<line class="whisker" x1="${fixed(q05)}" x2="${fixed(q95)}" y1="169" y2="169"/>`,
    `<rect class="box" x="${fixed(q25)}" y="165" width="${fixed(Math.max(1, q75 - q25))}" height="8" rx="2"/>`,
    `<line class="median" x1="${fixed(q50)}" x2="${fixed(q50)}" y1="163" y2="175"/>`,
  ]
  const facts = `data-from="${from}" data-to="${to}" data-scale="${scale ?? 'linear'}" data-integer="${isInteger}"`
  return [
    `<svg class="plot" viewBox="0 0 ${width} ${height}" role="group" aria-label="Histogram of ${escapeHtml(name)}" ${facts}>`,
    ...bars,
    `<line class="axis" x1="0" x2="${width}" y1="${plotBottom}" y2="${plotBottom}"/>`,
    ...box,
    ...axisLabels(histogram),
    `<line class="guide" x1="0" x2="0" y1="${plotTop}" y2="${plotBottom}" visibility="hidden"/>`,
    ...bounds.map(bound => boundLine(bound, placeOf(bound.value ?? (bound.kind === 'min' ? from : to)))),
    '</svg>',
  ].join('')
}

function axisLabels(histogram: Histogram): string[] {
  const { from, to, counts } = histogram
  if (from === to)
    return [`<text class="tick" x="${width / 2}" y="188" text-anchor="middle">${showNumber(from)}</text>`]
  return [0, 0.25, 0.5, 0.75, 1].map(share => {
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle'
    const value = edgeOf(histogram, share * counts.length)
    return `<text class="tick" x="${share * width}" y="188" text-anchor="${anchor}">${showNumber(value)}</text>`
  })
}

/** A line with its label, which stands on the side that is kept, or where there is room; those of `max` a line lower. */
function boundLine({ param, value, kind }: PlotBound, at: number): string {
  const isLeft = kind === 'max' ? at > 150 : at > width - 150
  const y = kind === 'max' ? 22 : 10
  const label = `${escapeHtml(param)} ${value === undefined ? 'off' : showNumber(value)}`
  const facts = `data-param="${escapeHtml(param)}" data-kind="${kind}" data-value="${value ?? ''}"`
  const name = escapeHtml(param)
  return [
    `<g class="bound${value === undefined ? ' off' : ''}" ${facts} tabindex="0" role="slider" aria-label="${name}" aria-valuetext="${label}" transform="translate(${fixed(at)} 0)">`,
    `<line class="grip" y1="0" y2="${plotBottom}"/><line class="mark" y1="4" y2="${plotBottom}"/>`,
    `<path class="knob" d="M-6 ${plotBottom} L6 ${plotBottom} L0 ${plotBottom - 9} Z"/>`,
    `<text class="bound-label" x="${isLeft ? -5 : 5}" y="${y}" text-anchor="${isLeft ? 'end' : 'start'}">${label}</text></g>`,
  ].join('')
}

const rowHeight = 22
const longestName = 20

function shortened(name: string): string {
  const points = [...name]
  return points.length > longestName ? `${points.slice(0, longestName - 1).join('')}…` : name
}

/** The most frequent values as bars with their names. */
export function valuesSvg({ name, most_frequent: frequent, others, count }: ValueSummary): string {
  const rows = others > 0 ? [...frequent, { value: 'others', count: others }] : frequent
  const highest = Math.max(1, ...rows.map(row => row.count))
  const bars = rows.map((row, at) => {
    const wide = (row.count / highest) * (width - 260)
    const y = at * rowHeight
    return [
      `<text class="tick" x="132" y="${y + 15}" text-anchor="end">${escapeHtml(shortened(row.value))}</text>`,
      `<rect class="bar" x="140" y="${y + 3}" width="${fixed(Math.max(1, wide))}" height="${rowHeight - 6}"/>`,
      `<text class="tick" x="${fixed(146 + wide)}" y="${y + 15}">${showNumber(row.count)} (${((row.count / count) * 100).toFixed(1)} %)</text>`,
    ].join('')
  })
  const tall = Math.max(1, rows.length) * rowHeight
  return `<svg viewBox="0 0 ${width} ${tall}" role="img" aria-label="Values of ${escapeHtml(name)}">${bars.join('')}</svg>`
}

function fixed(value: number): string {
  return String(Number(value.toFixed(2)))
}

import type { Progress } from '../engine/progress.js'
import { formatBytes, formatCount, formatDuration } from '../util/format.js'

/** A part of a line. Where the line is too long, the parts with the highest rank are left out first. */
interface Part {
  readonly text: string
  readonly rank: number
}

const widestBar = 30
const narrowestBar = 6
const shownOperators = 3

/** The three lines that a terminal of so many columns shows. None is wider. */
export function progressLines(progress: Progress, columns: number, bar: readonly [string, string]): string[] {
  return [
    firstLine(progress, columns, bar),
    joinFitting(work(progress), columns),
    joinFitting(samples(progress), columns),
  ]
}

/** The same in one line, for logs. */
export function progressLine(progress: Progress): string {
  const parts = [[{ text: percent(progress), rank: 0 }, ...times(progress)], work(progress), samples(progress)].flat()
  return parts.map(({ text }) => text).join(', ')
}

function firstLine(progress: Progress, columns: number, [full, empty]: readonly [string, string]): string {
  const rest = joinFitting([{ text: percent(progress).padStart(5), rank: 0 }, ...times(progress)], columns, '  ')
  const width = Math.min(widestBar, columns - rest.length - 1)
  if (width < narrowestBar) return rest
  const done = Math.floor(progress.share * width)
  return `${full.repeat(done)}${empty.repeat(width - done)} ${rest}`
}

function percent({ share }: Progress): string {
  return `${Math.floor(share * 100)} %`
}

function times({ leftMs, reusedShare }: Progress): Part[] {
  const reused = Math.floor(reusedShare * 100)
  return [
    ...(leftMs === undefined ? [] : [{ text: `${formatDuration(leftMs)} left`, rank: 1 }]),
    ...(reused < 1 ? [] : [{ text: `${reused} % from earlier runs`, rank: 2 }]),
  ]
}

function work({ phase, partitionsDone, partitionsTotal, bytesPerSecond, memoryBytes }: Progress): Part[] {
  const partitions = `${formatCount(partitionsDone)}/${formatCount(partitionsTotal)} partitions`
  return [
    { text: phase === 'done' ? 'complete' : phase, rank: 0 },
    ...(partitionsTotal === 0 ? [] : [{ text: partitions, rank: 1 }]),
    ...(bytesPerSecond === 0 ? [] : [{ text: `${formatBytes(bytesPerSecond)}/s`, rank: 2 }]),
    { text: `memory ${formatBytes(memoryBytes)}`, rank: 3 },
  ]
}

function samples({ kept, dropped, quarantined }: Progress): Part[] {
  return [
    { text: `kept ${formatCount(kept)}`, rank: 0 },
    ...dropped.slice(0, shownOperators).map(({ operator, samples }, index) => ({
      text: `${index === 0 ? 'dropped ' : ''}${formatCount(samples)} ${operator.replace(/_(filter|deduplicator)$/, '')}`,
      rank: 2 + index,
    })),
    { text: `quarantined ${formatCount(quarantined)}`, rank: 1 },
  ]
}

/** Joins what fits, the most important first; what is left keeps its order. */
function joinFitting(parts: readonly Part[], columns: number, separator = ', '): string {
  const left = [...parts]
  const joined = () => left.map(({ text }) => text).join(separator)
  while (left.length > 1 && joined().length > columns) {
    const last = left.reduce((worst, { rank }, index) => (rank > left[worst].rank ? index : worst), 0)
    left.splice(last, 1)
  }
  return joined().slice(0, columns)
}

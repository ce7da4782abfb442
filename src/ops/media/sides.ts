import type { z } from 'zod'
import type { Sample } from '../../core/sample.js'
import { int } from '../params.js'
import { type RangeTest, sysMaxsize } from '../range.js'
import { anyOrAll, keepsBy } from './any-or-all.js'
import type { Dimensions } from './image-header.js'

/** The parameters of filters by width and height. */
export const sidesParams = {
  min_width: int(1).describe('Smallest width that is kept, in pixels.'),
  max_width: int(sysMaxsize).describe('Largest width that is kept.'),
  min_height: int(1).describe('Smallest height that is kept, in pixels.'),
  max_height: int(sysMaxsize).describe('Largest height that is kept.'),
  any_or_all: anyOrAll,
}

export type SidesBounds = z.output<z.ZodObject<typeof sidesParams>>

/** The statistics that widths and heights are written to. */
export interface SidesStats {
  readonly width: string
  readonly height: string
}

export function hasSides(sample: Sample, { width, height }: SidesStats): boolean {
  return sample.stats[width] !== undefined && sample.stats[height] !== undefined
}

export function noteSides(sample: Sample, { width, height }: SidesStats, sides: readonly Dimensions[]): void {
  sample.stats[width] = sides.map(side => side.width)
  sample.stats[height] = sides.map(side => side.height)
}

/** Whether a sample stays by its widths and heights; each file has to have both within bounds. */
export function keepsSides(
  sample: Sample,
  { width, height }: SidesStats,
  { bounds, inRange }: { readonly bounds: SidesBounds; readonly inRange: RangeTest },
): boolean {
  const heights = sample.stats[height] as readonly number[]
  const verdicts = (sample.stats[width] as readonly number[]).map(
    (wide, index) =>
      inRange(wide, bounds.min_width, bounds.max_width) &&
      inRange(heights[index], bounds.min_height, bounds.max_height),
  )
  return keepsBy(bounds.any_or_all, verdicts)
}

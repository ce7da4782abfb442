import type { FilterCase, OperatorDefinition } from '../../core/operator.js'
import type { Sample } from '../../core/sample.js'
import { defineFilter, type ParamsShape } from '../define.js'
import { text } from '../params.js'
import { anyOrAll, keepsBy } from './any-or-all.js'
import { filesAtOnce, type MediaMeasure, MediaReader, pathsIn } from './media-reader.js'
import { sizeFromText } from './size-text.js'

interface SizeFilterSpec {
  readonly name: string
  readonly media: 'image' | 'audio'
  readonly cases: readonly FilterCase[]
  /** Parameters that only this one has. */
  readonly more?: ParamsShape
  /** Sizes of what a sample carries itself, where it does. */
  carried?(sample: Sample, params: Readonly<Record<string, unknown>>, count: number): readonly number[] | undefined
}

const fileSize: MediaMeasure<number> = { name: 'size', measure: (_, sizeBytes) => sizeBytes }

/** Defines a filter by the size of files (Data-Juicer). */
export function defineSizeFilter({ name, media, cases, more, carried }: SizeFilterSpec): OperatorDefinition {
  const stat = `${media}_sizes`
  const key = `${media}_key` as const
  return defineFilter({
    name,
    summary: `Keeps samples whose ${media} files have a size within bounds.`,
    params: {
      [key]: text(`${media}s`).describe(`Field that lists the paths of the ${media}s.`),
      ...more,
      min_size: text('0').describe('Smallest file that is kept: bytes, or a number with KB, MB, GB, TB, … behind it.'),
      max_size: text('1TB').describe('Largest file that is kept.'),
      any_or_all: anyOrAll,
    },
    stats: [stat],
    example: { params: { min_size: '1kb', max_size: '4kb' }, cases },
    create(params, { inRange, mediaDir }) {
      const { any_or_all, min_size, max_size } = params as {
        readonly any_or_all: 'any' | 'all'
        readonly min_size: string | null
        readonly max_size: string | null
      }
      const field = (Reflect.get(params, key) as string | null) ?? `${media}s`
      const min = sizeFromText('min_size', min_size)
      const max = sizeFromText('max_size', max_size)
      const reader = new MediaReader(fileSize, { mediaDir })
      return {
        concurrency: filesAtOnce,
        takeFilesRead: () => reader.takeFilesRead(),
        async computeStats(sample) {
          if (sample.stats[stat] !== undefined) return
          const paths = pathsIn(sample, field)
          sample.stats[stat] = carried?.(sample, params, paths.length) ?? (await reader.measureAll(paths))
        },
        keep: sample =>
          keepsBy(
            any_or_all,
            (sample.stats[stat] as readonly number[]).map(size => inRange(size, min, max)),
          ),
      }
    },
  })
}

import { describe, expect, it } from 'vitest'
import { raySchema } from '../../src/config/ray-schema.js'
import { wantedWorkers } from '../../src/execution/ray/ray-settings.js'

const most = (given: Readonly<Record<string, unknown>> = {}) => ({
  placement: raySchema.parse(given),
  workers: undefined,
})

describe('workers that are asked for on a cluster of eight CPUs', () => {
  it.each([
    ['as many as have room', most(), 8],
    ['of two CPUs each', most({ num_cpus_per_worker: 2 }), 4],
    ['as many as the recipe says, for an autoscaler to see', { ...most(), workers: 20 }, 20],
    ['no more than the most', { ...most({ max_workers: 3 }), workers: 20 }, 3],
    ['so many that stages with workers of their own find room', { ...most(), othersWorkers: 3 }, 5],
    ['one at least, however many others need', { ...most(), othersWorkers: 8 }, 1],
    ['the least, however many others need', { ...most({ min_workers: 2 }), othersWorkers: 8 }, 2],
  ])('%s', (_, settings, wanted) => {
    expect(wantedWorkers(settings, 8)).toBe(wanted)
  })
})

import { describe, expect, it } from 'vitest'
import type { OperatorUse } from '../../src/core/work-unit.js'
import { type CheckpointSettings, countPoints, nextPoint, planOperators } from '../../src/planning/reaches.js'
import { sizePartitions } from '../../src/planning/size-partitions.js'

function use(name: string, isDeterministic = true): OperatorUse {
  return { name, params: {}, version: '1', textKey: 'text', isBarrier: name.endsWith('_deduplicator'), isDeterministic }
}

const settings: CheckpointSettings = { enabled: true, strategy: 'every_n_ops', n_ops: 2, op_names: [] }
const five = ['a_mapper', 'b_filter', 'c_deduplicator', 'd_mapper', 'e_filter'].map(name => use(name))

describe('planning operators', () => {
  it('divides them at barriers; the last reach ends with the recipe', () => {
    const { reaches } = planOperators(five, settings, false)
    expect(reaches).toEqual([
      { index: 0, applies: undefined, from: 0, to: 2, signs: 2 },
      { index: 1, applies: 2, from: 3, to: 5, signs: undefined },
    ])
  })

  it.each([
    ['every_n_ops', [2, 4]],
    ['every_op', [1, 2, 3, 4]],
    ['manual', [2]],
    ['disabled', []],
  ] as const)('places checkpoints by the strategy %s', (strategy, places) => {
    expect(planOperators(five, { ...settings, strategy, op_names: ['b_filter'] }, false).checkpoints).toEqual(places)
  })

  it('puts a checkpoint behind an operator that is not deterministic, whatever the strategy', () => {
    const operators = [use('a_mapper', false), use('b_filter')]
    expect(planOperators(operators, { ...settings, strategy: 'disabled' }, false).checkpoints).toEqual([1])
    expect(planOperators(operators, { ...settings, enabled: false }, false).checkpoints).toEqual([1])
  })

  it('lets a unit end at the next checkpoint, or with its reach', () => {
    const plan = planOperators(five, settings, false)
    const [first, second] = plan.reaches
    expect(nextPoint(plan, first, { done: 0, isFresh: true })).toBe(2)
    expect(nextPoint(plan, second, { done: 3, isFresh: true })).toBe(4)
    expect(nextPoint(plan, second, { done: 4, isFresh: false })).toBe(5)
  })
})

describe('sizing partitions', () => {
  const machine = { cores: 2, freeMemoryBytes: 8e9 }
  const profile = {
    totalBytes: 100e9,
    sampledRecords: 500,
    meanRecordBytes: 2000,
    skew: 0.3,
    modality: 'text',
  } as const
  const auto = { mode: 'auto', num_of_partitions: null, target_size_mb: 256, size: null, max_size_mb: 256 } as const

  it('takes no more samples than the modality allows, fewer for longer pipelines and skewed sizes', () => {
    const samples = (operators: readonly string[], change = {}) =>
      sizePartitions(auto, { ...profile, ...change }, { operators, machine }).partitionBytes / 2000
    expect(samples([])).toBe(50_000)
    expect(samples(['a_filter'])).toBeCloseTo(50_000 / 1.1, -1)
    expect(samples([], { skew: 0.9 })).toBeCloseTo(35_000, -2)
    expect(samples([], { modality: 'video' })).toBe(2000)
  })

  it('makes enough partitions for all cores, of at least ten samples', () => {
    const of = (totalBytes: number) =>
      sizePartitions(auto, { ...profile, totalBytes }, { operators: [], machine }).partitionBytes
    expect(of(80e6)).toBe(10e6)
    expect(of(2000)).toBe(2000)
    expect(of(30_000)).toBe(15_000)
  })

  it('leaves no small rest', () => {
    for (const meanRecordBytes of [97, 293.3, 2000, 4711]) {
      const { partitionBytes } = sizePartitions(
        auto,
        { ...profile, meanRecordBytes },
        { operators: ['a_filter'], machine },
      )
      const rest = profile.totalBytes % partitionBytes
      expect(rest === 0 || rest > partitionBytes * 0.9, `${meanRecordBytes}: ${rest} of ${partitionBytes}`).toBe(true)
    }
  })

  it('counts in manual mode: the number, or what size gives, or 4', () => {
    const count = (change: object) =>
      sizePartitions({ ...auto, mode: 'manual', ...change }, profile, { operators: [], machine }).count
    expect(count({ num_of_partitions: 7 })).toBe(7)
    expect(count({ size: 5_000_000 })).toBe(10)
    expect(count({})).toBe(4)
  })

  it('falls back on size and max_size_mb where nothing could be looked at', () => {
    const blind = { ...profile, sampledRecords: 0, meanRecordBytes: 0 }
    expect(sizePartitions({ ...auto, size: 5000 }, blind, { operators: [], machine }).partitionBytes).toBe(10e6)
    expect(sizePartitions({ ...auto, max_size_mb: 128 }, blind, { operators: [], machine }).partitionBytes).toBe(128e6)
  })
})

it('counts a point that a checkpoint and a barrier both ask for once', () => {
  const plan = (names: readonly string[]) =>
    countPoints(
      planOperators(
        names.map(name => use(name)),
        { enabled: true, strategy: 'every_op', n_ops: 1, op_names: [] },
        false,
      ),
    )
  expect(plan(['a_mapper', 'b_filter', 'c_deduplicator'])).toBe(2)
  expect(plan(['a_mapper', 'c_deduplicator', 'b_filter', 'd_filter'])).toBe(3)
  expect(plan(['c_deduplicator', 'b_filter'])).toBe(2)
  expect(plan(['a_mapper'])).toBe(0)
})

import { expect, test } from 'vitest'
import { type DiskFacts, estimateDisk } from '../../src/planning/estimate-disk.js'

const facts: DiskFacts = {
  inputBytes: 1_000,
  checkpoints: 2,
  storage: { format: 'jsonl', compression: 'none', preserve_intermediate_data: true, write_partitions: false },
  export: { format: 'jsonl', compression: 'none' },
  committedBytes: 0,
}

test('checkpoints, finished partitions and export each take what the input takes, uncompressed', () => {
  expect(estimateDisk(facts)).toEqual({ checkpoints: 3_000, copies: 0, export: 1_000 })
})

test('compression, overtaken checkpoints that go, and what is committed take away from it; copies add to it', () => {
  const gzip = estimateDisk({ ...facts, storage: { ...facts.storage, compression: 'gzip' } })
  expect(gzip.checkpoints).toBe(1_700)
  const moving = estimateDisk({ ...facts, storage: { ...facts.storage, preserve_intermediate_data: false } })
  expect(moving.checkpoints).toBe(2_000)
  expect(estimateDisk({ ...facts, committedBytes: 2_900 }).checkpoints).toBe(100)
  expect(estimateDisk({ ...facts, committedBytes: 9_900 }).checkpoints).toBe(0)
  expect(estimateDisk({ ...facts, storage: { ...facts.storage, write_partitions: true } }).copies).toBe(1_000)
  expect(estimateDisk({ ...facts, export: { format: 'jsonl', compression: 'zstd' } }).export).toBe(350)
})

import type { ShardMode } from '../config/read-shard.js'
import { UsageError } from '../core/usage-error.js'

/** @throws {UsageError} where the value of an option is no whole number, or less than the least that makes sense */
export function wholeNumber(option: string, value: string | undefined, least = 1): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (!Number.isInteger(number) || number < least)
    throw new UsageError(`${option} ${value}: give a whole number from ${least} on`)
  return number
}

/** @throws {UsageError} where the value of `--shard` is no way to share a job */
export function shardMode(mode: string | undefined): ShardMode | undefined {
  if (mode === undefined || mode === 'lease' || mode === 'hash') return mode
  throw new UsageError(`--shard ${mode}: there is lease and hash`)
}

import type { Shard } from '../core/shard.js'
import { UsageError } from '../core/usage-error.js'

/** How processes on one job share it: each takes what nobody holds, or has its own share by hash. */
export type ShardMode = 'lease' | 'hash'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The share of this process under `shard: hash`: that of PAWL_SHARD and PAWL_SHARDS, else that of a task of a NeMo Curator
 * array (NEMO_CURATOR_SLURM_ARRAY_SHARD_INDEX, _TOTAL_SHARDS, _MINIMUM_SHARD_INDEX; _ENABLED asks for `hash`), else that of
 * a Slurm array task (SLURM_ARRAY_TASK_ID, _COUNT, _MIN, _STEP).
 *
 * @returns undefined where processes share by lease
 * @throws {UsageError} where nothing says which share it is, or the index is beyond the count
 */
export function readShard(mode: ShardMode, env: Environment): Shard | undefined {
  if (mode === 'lease' && !isOn(env[`${curator}ENABLED`])) return undefined
  const found = fromPawl(env) ?? fromCurator(env) ?? fromSlurm(env)
  if (found === undefined)
    throw new UsageError(
      'shard: hash needs to know its share: set PAWL_SHARD (from 0) and PAWL_SHARDS, or run it as a task of a Slurm array (SLURM_ARRAY_TASK_ID is not set)',
    )
  const { index, count, how } = found
  if (!(Number.isInteger(index) && index >= 0 && index < count))
    throw new UsageError(
      `shard index ${index} is not one of the ${count} shards, which are 0 to ${count - 1} (${how}): give PAWL_SHARDS the number of all shards, also where only some are run again`,
    )
  return { index, count }
}

interface Found extends Shard {
  readonly how: string
}

const curator = 'NEMO_CURATOR_SLURM_ARRAY_'

function fromPawl(env: Environment): Found | undefined {
  const { PAWL_SHARD: index, PAWL_SHARDS: count } = env
  if (index === undefined && count === undefined) return undefined
  if (index === undefined || count === undefined)
    throw new UsageError(
      `${index === undefined ? 'PAWL_SHARDS' : 'PAWL_SHARD'} is set and ${index === undefined ? 'PAWL_SHARD' : 'PAWL_SHARDS'} is not: shard: hash needs both`,
    )
  return {
    index: wholeNumber('PAWL_SHARD', index),
    count: positive('PAWL_SHARDS', count),
    how: `PAWL_SHARD=${index}, PAWL_SHARDS=${count}`,
  }
}

function fromCurator(env: Environment): Found | undefined {
  const [index, count, least = '0'] = ['SHARD_INDEX', 'TOTAL_SHARDS', 'MINIMUM_SHARD_INDEX'].map(
    name => env[`${curator}${name}`],
  )
  if (index === undefined || count === undefined) return undefined
  return {
    index: wholeNumber(`${curator}SHARD_INDEX`, index) - wholeNumber(`${curator}MINIMUM_SHARD_INDEX`, least),
    count: positive(`${curator}TOTAL_SHARDS`, count),
    how: `${curator}SHARD_INDEX=${index}, minimum ${least}, ${curator}TOTAL_SHARDS=${count}`,
  }
}

function fromSlurm(env: Environment): Found | undefined {
  const { SLURM_ARRAY_TASK_ID: task, SLURM_ARRAY_TASK_COUNT: tasks, SLURM_ARRAY_TASK_STEP: step = '1' } = env
  if (task === undefined) return undefined
  const least = env[`${curator}MINIMUM_SHARD_INDEX`] ?? env['SLURM_ARRAY_TASK_MIN'] ?? '0'
  const count = env[`${curator}TOTAL_SHARDS`] ?? tasks
  if (count === undefined)
    throw new UsageError('SLURM_ARRAY_TASK_ID is set and SLURM_ARRAY_TASK_COUNT is not: set PAWL_SHARD and PAWL_SHARDS')
  const from = wholeNumber('SLURM_ARRAY_TASK_ID', task) - wholeNumber('SLURM_ARRAY_TASK_MIN', least)
  return {
    index: from / positive('SLURM_ARRAY_TASK_STEP', step),
    count: positive('SLURM_ARRAY_TASK_COUNT', count),
    how: `SLURM_ARRAY_TASK_ID=${task}, minimum ${least}, step ${step}, ${count} tasks`,
  }
}

function isOn(value: string | undefined): boolean {
  return ['1', 'true', 'yes', 'on'].includes((value ?? '').toLowerCase())
}

function wholeNumber(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw new UsageError(`${name}=${value} is no whole number from 0 on`)
}

function positive(name: string, value: string): number {
  const number = wholeNumber(name, value)
  if (number > 0) return number
  throw new UsageError(`${name}=${value}: there is at least one`)
}

import { join } from 'node:path'
import type { Shard } from '../core/shard.js'
import { UsageError } from '../core/usage-error.js'
import type { JobDirectory } from './job-directory.js'
import { readOwnFile, writeOwnFile } from './own-file.js'

/** Into how many shards the work of a job is divided, as long as what it has to do stays the same. */
export interface ShardPin {
  readonly key: string
  readonly count: number
}

/** Where the number is on record. */
export function shardPinPath({ metadata }: Pick<JobDirectory, 'metadata'>): string {
  return join(metadata, 'shards.json')
}

/** The number that is on record; undefined where there is none, or it is damaged: then it is given anew. */
export function readShardPin(directory: Pick<JobDirectory, 'metadata'>): ShardPin | undefined {
  const pin = readOwnFile<ShardPin>(shardPinPath(directory))
  return pin.kind === 'read' ? pin.content : undefined
}

/**
 * Puts the number of shards on record, for who holds the right to enter the job. With two numbers at work, units would
 * belong to several shards, or be waited for by all.
 *
 * @throws {UsageError} where this job is divided into another number
 */
export function pinShards(
  directory: JobDirectory,
  { key, shard, writer }: { readonly key: string; readonly shard: Shard; readonly writer: string },
): void {
  const pin = readShardPin(directory)
  if (pin?.key === key && pin.count === shard.count) return
  if (pin?.key === key)
    throw new UsageError(
      `${directory.path} is divided into ${pin.count} shards, and this process is one of ${shard.count}: set PAWL_SHARDS=${pin.count}, or run it without shard: hash, which does whatever is missing`,
    )
  writeOwnFile(shardPinPath(directory), { key, count: shard.count } satisfies ShardPin, writer)
}

import { once } from 'node:events'
import { UsageError } from '../core/usage-error.js'
import { eachRemainingFile, type RemainingOptions } from '../pipeline/folder-pair/remaining-files.js'
import type { RemainingCommandOptions } from './remaining.js'

/** Prints the files that have no complete output, as they are found. */
export async function showRemaining(input: string, output: string, options: RemainingCommandOptions): Promise<void> {
  const { json, ext, flat, checkpoint_path: checkpointPath } = options
  const files = eachRemainingFile(input, output, {
    match: oneOf('--match', options.match, ['relative', 'stem']),
    complete: oneOf('--complete', options.complete, ['non-empty', 'exists', 'valid']),
    keepExtensions: ext,
    recurseSubdirectories: !flat,
    checkpointPath,
  } as RemainingOptions)
  const end = options['0'] ? '\0' : '\n'
  let count = 0
  if (json) await print('[')
  for await (const path of files)
    await print(json ? `${count++ === 0 ? '' : ','}${JSON.stringify(path)}` : `${path}${end}`)
  if (json) await print(']\n')
}

/** A reader that is slow holds the listing back. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find(one => one === value)
  if (found === undefined) throw new UsageError(`${option} ${value}: it is one of ${allowed.join(', ')}`)
  return found
}

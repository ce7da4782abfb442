import { dirname, sep } from 'node:path'
import type { InputFile } from '../../../core/partition.js'
import { isCsvNumber } from '../../../io/open-reader.js'

/** What Hive and Spark call a folder for rows without a value. */
const nullName = '__HIVE_DEFAULT_PARTITION__'

/** The columns that folders such as `lang=en` name along a path, outermost first, each with its text. */
export function hiveColumns(path: string): (readonly [name: string, value: string | null])[] {
  return dirname(path)
    .split(sep)
    .flatMap(part => {
      const match = /^([A-Za-z_][\w-]*)=(.*)$/.exec(part)
      if (match === null) return []
      return [[match[1], match[2] === nullName ? null : decoded(match[2])] as const]
    })
}

/** Whether a column holds numbers, by name: only where it does in every path. */
export type HiveTypes = ReadonlyMap<string, 'number' | 'text'>

export function hiveTypes(files: readonly InputFile[]): HiveTypes {
  const types = new Map<string, 'number' | 'text'>()
  for (const { path } of files) {
    for (const [name, value] of hiveColumns(path)) {
      if (value === null) continue
      types.set(name, isCsvNumber(value) && types.get(name) !== 'text' ? 'number' : 'text')
    }
  }
  return types
}

/** The columns of a path with the JSON text of their values. */
export function readHive(path: string, types: HiveTypes): (readonly [name: string, json: string])[] {
  return hiveColumns(path).map(([name, value]) => {
    if (value === null) return [name, 'null'] as const
    return [name, types.get(name) === 'number' ? value : JSON.stringify(value)] as const
  })
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    // A percent sign that stands for itself.
    return value
  }
}

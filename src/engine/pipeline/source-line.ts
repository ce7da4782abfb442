import type { JsonValue } from '../../core/json.js'
import type { SourceSpec } from '../../core/pipeline-spec.js'

/** A source as one line: what follows from something else is left out, since there may be millions of them. */
interface SourceLine {
  readonly id: string
  readonly name: string
  readonly files?: readonly (readonly [path: string, stamp: string])[]
  /** Of a group of files: their paths as they were given, and their places, where those are others. */
  readonly paths?: readonly string[]
  readonly places?: readonly string[]
  readonly range?: JsonValue
  /** Of any other task. */
  readonly type?: string
  readonly data?: JsonValue
  readonly datasetName?: string
  readonly metadata?: Readonly<Record<string, JsonValue>>
}

interface FileGroup {
  readonly paths: readonly string[]
  readonly places: readonly string[]
  readonly range: JsonValue
}

/** Writes a source as a line of JSON. */
export function lineOf(source: SourceSpec): string {
  return JSON.stringify(fieldsOf(source))
}

function fieldsOf({ id, name, task, files }: SourceSpec): SourceLine {
  const { type, datasetName, metadata, data } = task
  return {
    id,
    name,
    files: files.length === 0 ? undefined : files.map(({ path, stamp }) => [path, stamp]),
    ...(type === 'FileGroupTask' ? groupOf(data as unknown as FileGroup, files) : { type, data }),
    datasetName: datasetName === '' ? undefined : datasetName,
    metadata: isEmpty(metadata) ? undefined : metadata,
  }
}

/** The source that `lineOf` wrote. */
export function sourceOfLine(text: string): SourceSpec {
  const line = JSON.parse(text) as SourceLine
  const { id, name, files = [], type, datasetName = '', metadata = {} } = line
  const known = files.map(([path, stamp]) => ({ path, stamp }))
  const head = { id, datasetName, metadata }
  if (type !== undefined) {
    const task = 'data' in line ? { ...head, type, data: line.data } : { ...head, type }
    return { id, name, task, files: known, digest: undefined }
  }
  const paths = line.paths ?? known.map(({ path }) => path)
  const data = { paths, places: line.places ?? paths, range: line.range ?? null } as unknown as JsonValue
  return { id, name, task: { ...head, type: 'FileGroupTask', data }, files: known, digest: undefined }
}

/** True for files that are read as one, all of each. */
export function isGroup({ task }: SourceSpec): boolean {
  const { paths, range } =
    task.type === 'FileGroupTask' ? (task.data as unknown as FileGroup) : { paths: [], range: null }
  return paths.length > 1 && range === null
}

function groupOf({ paths, places, range }: FileGroup, files: SourceSpec['files']): Partial<SourceLine> {
  const isAlike = paths.length === files.length && files.every(({ path }, at) => path === paths[at])
  return {
    paths: isAlike ? undefined : paths,
    places: places.every((place, at) => place === paths[at]) && places.length === paths.length ? undefined : places,
    range: range ?? undefined,
  }
}

function isEmpty(metadata: object): boolean {
  for (const _ in metadata) return false
  return true
}

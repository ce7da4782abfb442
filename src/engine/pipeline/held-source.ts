import type { JsonValue } from '../../core/json.js'
import type { SourceSpec } from '../../core/pipeline-spec.js'
import { lineOf, sourceOfLine } from './source-line.js'

/**
 * A source as a text that is held of it. That of a single file with nothing else to it, as nearly all sources are, is short: its
 * place is the end of its path, and its name the start of its place. Of all others it is their line.
 */
export function heldOf(source: SourceSpec): string {
  return shortOf(source) ?? lineOf(source)
}

const value = '"([^"\\\\]*)"'
const lineOfFile = new RegExp(
  `^\\{"id":${value},"name":${value},"files":\\[\\[${value},${value}\\]\\](?:,"paths":\\[${value}\\])?(?:,"places":\\[${value}\\])?\\}$`,
)

/** The same of the source that stands in a line, which is not parsed where its text is short. */
export function heldOfLine(line: string): string {
  const found = lineOfFile.exec(line)
  if (found === null) return heldOf(sourceOfLine(line))
  const [, id, name, path, stamp, own = path, place = own] = found
  return shortOfFile({ id, name, path, stamp, own, place }) ?? line
}

/** The source of which `heldOf` was taken. */
export function sourceOf(held: string): SourceSpec {
  if (!isShort(held)) return sourceOfLine(held)
  const [id, path, stamp, lengths] = held.split('\n')
  const [own, place, name] = lengths.split(' ')
  const data = { paths: [endOf(path, own)], places: [endOf(path, place)], range: null } as unknown as JsonValue
  return {
    id,
    name: endOf(path, place).slice(0, Number(name)),
    task: { id, type: 'FileGroupTask', datasetName: '', metadata: {}, data },
    files: [{ path, stamp }],
    digest: undefined,
  }
}

/** The line of the source of which `heldOf` was taken. */
export function lineOfHeld(held: string): string {
  return isShort(held) ? lineOf(sourceOf(held)) : held
}

export function idOfHeld(held: string): string {
  return isShort(held) ? held.slice(0, held.indexOf('\n')) : sourceOfLine(held).id
}

export function nameOfHeld(held: string): string {
  if (!isShort(held)) return sourceOfLine(held).name
  const [, path, , lengths] = held.split('\n')
  const [, place, name] = lengths.split(' ')
  return endOf(path, place).slice(0, Number(name))
}

function isShort(held: string): boolean {
  return !held.startsWith('{')
}

function endOf(path: string, length: string): string {
  return path.slice(path.length - Number(length))
}

/** Undefined where it would not say all of the source. */
function shortOf({ id, name, task, files }: SourceSpec): string | undefined {
  if (task.type !== 'FileGroupTask' || task.datasetName !== '' || files.length !== 1) return undefined
  for (const _ in task.metadata) return undefined
  const { paths, places, range } = task.data as unknown as {
    readonly paths: readonly string[]
    readonly places: readonly string[]
    readonly range: unknown
  }
  if (paths.length !== 1 || places.length !== 1 || range !== null) return undefined
  const [{ path, stamp }] = files
  return shortOfFile({ id, name, path, stamp, own: paths[0], place: places[0] })
}

interface FileSource {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly stamp: string
  /** The path as it was given. */
  readonly own: string
  readonly place: string
}

function shortOfFile({ id, name, path, stamp, own, place }: FileSource): string | undefined {
  if (!path.endsWith(own) || !path.endsWith(place) || !place.startsWith(name) || id.startsWith('{')) return undefined
  if (id.includes('\n') || path.includes('\n') || stamp.includes('\n')) return undefined
  return `${id}\n${path}\n${stamp}\n${own.length} ${place.length} ${name.length}`
}

import { resolve } from 'node:path'

/** What a path is put on record as, and what it is on this host: a folder under both names. */
type Pair = readonly [recorded: string, here: string]

/** A recorded path below the root `data` is `root:data/…`, so that no absolute path looks like one. */
const mark = 'root:'
const recordedForm = /^root:([a-z][a-z0-9_]*)(?=\/|$)/

/**
 * Folders that lie elsewhere on another host, by name. Paths below them are put on record as the name and the path in
 * it, and are what they are on this host everywhere else. Paths below none of them are recorded as they are.
 */
export class Roots {
  static readonly none = new Roots([])
  readonly #toRecord: readonly Pair[]
  readonly #toHere: readonly Pair[]

  private constructor(pairs: readonly Pair[]) {
    // Of roots in one another the innermost counts.
    this.#toRecord = [...pairs].sort(([, a], [, b]) => b.length - a.length)
    this.#toHere = [...pairs].sort(([a], [b]) => b.length - a.length)
  }

  /** Folders by name; absolute paths. */
  static named(folders: Readonly<Record<string, string>>): Roots {
    const entries = Object.entries(folders)
    return entries.length === 0 ? Roots.none : new Roots(entries.map(([name, folder]) => [`${mark}${name}`, folder]))
  }

  /** Folders that were recorded by an absolute path and are now at another; one that is where it was stays, whatever it lies in. */
  static moved(pairs: readonly Pair[]): Roots {
    const known = pairs.filter(([from, to]) => from.startsWith('/') && from !== '/' && to !== '')
    return known.every(([from, to]) => from === to) ? Roots.none : new Roots(known)
  }

  /**
   * What lay beside a folder that is now at another place, too, where both paths end alike: of `/a/jobs/x` that is now
   * `/b/jobs/x`, all of `/a` is taken to be in `/b`.
   */
  static besides(before: string, now: string): Roots {
    const [from, to] = [before.split('/'), now.split('/')]
    while (from.length > 2 && to.length > 2 && from.at(-1) === to.at(-1)) {
      from.pop()
      to.pop()
    }
    return Roots.moved([[from.join('/'), to.join('/')]])
  }

  /** These, and others beside them. */
  and(others: Roots): Roots {
    return others.isEmpty ? this : new Roots([...this.#toRecord, ...others.#toRecord])
  }

  get isEmpty(): boolean {
    return this.#toRecord.length === 0
  }

  /** What a path of this host is put on record as. */
  recorded(path: string): string {
    return change(path, this.#toRecord, ([recorded, here]) => [here, recorded])
  }

  /** Where a recorded path is on this host. */
  here(path: string): string {
    return change(path, this.#toHere, pair => pair)
  }

  /** A value of JSON with all paths in it as they are put on record. */
  allRecorded<T>(value: T): T {
    return this.isEmpty ? value : (mapTexts(value, text => this.recorded(text)) as T)
  }

  /** A value of JSON with all recorded paths in it as they are on this host. */
  allHere<T>(value: T): T {
    return this.isEmpty ? value : (mapTexts(value, text => this.here(text)) as T)
  }
}

/** The names of roots, as one text: jobs with the same ones put paths on record in the same form. */
export function rootNames(places: Readonly<Record<string, string>>): string {
  return Object.keys(places).sort().join()
}

/** The name of the root that a recorded path begins with. */
export function rootOf(path: string): string | undefined {
  return recordedForm.exec(path)?.[1]
}

const fileScheme = 'file://'
const prefix = 'PAWL_ROOT_'

/** Named folders as the environment gives them: `PAWL_ROOT_DATA=/mnt/a` is root `data`. */
export function rootsOfEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, folder]) =>
      name.startsWith(prefix) && folder ? [[name.slice(prefix.length).toLowerCase(), resolve(folder)]] : [],
    ),
  )
}

/** A path, or the address of a file, with its folder under another name. */
function change(text: string, pairs: readonly Pair[], turned: (pair: Pair) => Pair): string {
  const scheme = text.startsWith(fileScheme) ? fileScheme : ''
  const path = text.slice(scheme.length)
  for (const pair of pairs) {
    const [from, to] = turned(pair)
    if (isBelow(path, from)) return scheme + to + path.slice(from.length)
  }
  return text
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder) && (path.length === folder.length || path[folder.length] === '/')
}

/** A value of JSON with all texts in it, keys too, changed. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map(item => mapTexts(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [change(name), mapTexts(item, change)]))
}

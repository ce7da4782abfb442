import type { DatasetCut, InputColumns, InputFile, Partition } from '../core/partition.js'
import type { Cut, Slice, SliceReading } from '../core/slice.js'

/** A cut together with the settings that it was made under. */
export interface CutAsMade {
  readonly settings: string
  readonly cut: DatasetCut
}

/** The first line. */
interface Header {
  readonly pawl: 'cut'
  readonly form: 1
  readonly settings: string
  readonly partitionBytes: number
  readonly reasons: readonly string[]
  readonly columns?: InputColumns
  readonly files: number
  readonly partitions: number
}

/**
 * The lines behind it. What many files share is named once, by a line of its own, and known by its number from there on: the
 * folder, what kind of file it is, how columns are read. Slices belong to the partition before them.
 */
type Line = KindLine | FolderLine | FileLine | ReadingLine | PartitionLine | SlicesLine
type KindLine = readonly ['kind', InputFile['format'], InputFile['compression'], share: number]
/** With the slash at its end; empty where a path has none. */
type FolderLine = readonly ['folder', path: string]
type FileLine = readonly [folder: number, kind: number, name: string, sizeBytes: number, stamp: string]
type ReadingLine = readonly ['reading', SliceReading]
type PartitionLine = readonly ['partition', key: string, kind: Partition['kind'], estimatedBytes: number]
type SlicesLine = readonly ['slices', ...SliceEntry[]]
/** The kind is there where it is not that of the file: a file that changed keeps the slices that it had. */
type SliceEntry = readonly [
  file: number,
  cut: Cut['kind'],
  start?: number,
  end?: number,
  reading?: number,
  kind?: number,
]

const noReading = -1
const slicesOnALine = 1000

/**
 * A cut as lines of JSON, none of which grows with the number of files.
 *
 * @param recorded what a path is put on record as
 */
export function* linesOfCut({ settings, cut }: CutAsMade, recorded: (path: string) => string): Generator<string> {
  const { files, partitions, partitionBytes, reasons, columns } = cut
  const counts = { files: files.length, partitions: partitions.length }
  yield JSON.stringify({ pawl: 'cut', form: 1, settings, partitionBytes, reasons, columns, ...counts } satisfies Header)
  const kinds = new Shared()
  yield* fileLines(files, kinds, recorded)
  const readings = new Shared()
  const places = new FilePlaces(files)
  for (const { key, kind, estimatedBytes, slices } of partitions) {
    yield JSON.stringify(['partition', key, kind, estimatedBytes] satisfies PartitionLine)
    for (let at = 0; at < slices.length; at += slicesOnALine) {
      const some = slices.slice(at, at + slicesOnALine)
      const entries = some.map(slice => entryOf(slice, { files, places, kinds, readings }))
      yield* kinds.fresh()
      yield* readings.fresh()
      yield JSON.stringify(['slices', ...entries] satisfies SlicesLine)
    }
  }
}

function* fileLines(files: readonly InputFile[], kinds: Shared, recorded: (path: string) => string): Generator<string> {
  const folders = new Shared()
  for (const file of files) {
    const path = recorded(file.path)
    const at = path.lastIndexOf('/') + 1
    const folder = folders.numberOf(['folder', path.slice(0, at)] satisfies FolderLine)
    const kind = kinds.numberOf(kindLine(file, file.share))
    yield* folders.fresh()
    yield* kinds.fresh()
    yield JSON.stringify([folder, kind, path.slice(at), file.sizeBytes, file.stamp] satisfies FileLine)
  }
}

function kindLine({ format, compression }: Pick<Slice, 'format' | 'compression'>, share: number): KindLine {
  return ['kind', format, compression, share]
}

interface Naming {
  readonly files: readonly InputFile[]
  readonly places: FilePlaces
  readonly kinds: Shared
  readonly readings: Shared
}

function entryOf(slice: Slice, { files, places, kinds, readings }: Naming): SliceEntry {
  const index = places.of(slice.path)
  const file = files[index]
  const { cut, reading } = slice
  const isOfFile = slice.format === file.format && slice.compression === file.compression
  if (isOfFile && reading === undefined)
    return cut.kind === 'whole' ? [index, cut.kind] : [index, cut.kind, cut.start, cut.end]
  const [start, end] = cut.kind === 'whole' ? [0, 0] : [cut.start, cut.end]
  const told = reading === undefined ? noReading : readings.numberOf(['reading', reading] satisfies ReadingLine)
  if (isOfFile) return [index, cut.kind, start, end, told]
  return [index, cut.kind, start, end, told, kinds.numberOf(kindLine(slice, file.share))]
}

/** Lines that are written once and known by their number from there on. */
class Shared {
  readonly #numbers = new Map<string, number>()
  #fresh: string[] = []

  numberOf(line: Line): number {
    const text = JSON.stringify(line)
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.#numbers.size)
    this.#fresh.push(text)
    return this.#numbers.size - 1
  }

  /** Those that are to be written before anything refers to them. */
  *fresh(): Generator<string> {
    if (this.#fresh.length === 0) return
    yield* this.#fresh
    this.#fresh = []
  }
}

/** Places of files by path. Slices mostly come in the order of the files: only where they do not is a table made. */
class FilePlaces {
  #last = 0
  #table: Map<string, number> | undefined

  constructor(readonly files: readonly InputFile[]) {}

  of(path: string): number {
    for (const near of [this.#last, this.#last + 1]) if (this.files[near]?.path === path) return (this.#last = near)
    this.#table ??= new Map(this.files.map((file, index) => [file.path, index]))
    const place = this.#table.get(path)
    if (place === undefined) throw new TypeError(`${path} is in a partition and none of the files that were cut`)
    return (this.#last = place)
  }
}

/**
 * The cut that lines say.
 *
 * @param lines as `linesOfCut` makes them
 * @param here where a recorded path is on this host
 * @returns undefined where they begin as those of another form
 */
export function cutOfLines(lines: Iterable<string>, here: (path: string) => string): CutAsMade | undefined {
  let header: Header | undefined
  const table = new LineTable(here)
  for (const text of lines) {
    if (header !== undefined) table.add(JSON.parse(text) as Line)
    else {
      header = JSON.parse(text) as Header
      if (header.pawl !== 'cut' || header.form !== 1) return undefined
    }
  }
  if (header === undefined) return undefined
  const { settings, partitionBytes, reasons, columns } = header
  const cut = { files: table.files, partitions: table.partitions, partitionBytes, reasons }
  return { settings, cut: columns === undefined ? cut : { ...cut, columns } }
}

/** What lines have said so far. */
class LineTable {
  readonly files: InputFile[] = []
  readonly partitions: Partition[] = []
  readonly #kinds: KindLine[] = []
  readonly #folders: string[] = []
  readonly #readings: SliceReading[] = []
  #slices: Slice[] = []

  constructor(readonly here: (path: string) => string) {}

  add(line: Line): void {
    switch (line[0]) {
      case 'kind':
        this.#kinds.push(line)
        return
      case 'folder':
        this.#folders.push(line[1])
        return
      case 'reading':
        this.#readings.push(line[1])
        return
      case 'partition': {
        const [, key, kind, estimatedBytes] = line
        this.#slices = []
        this.partitions.push({ key, slices: this.#slices, estimatedBytes, kind })
        return
      }
      case 'slices':
        for (let at = 1; at < line.length; at++) this.#slices.push(this.#sliceOf(line[at] as SliceEntry))
        return
      default:
        this.files.push(this.#fileOf(line))
    }
  }

  #fileOf([folder, kind, name, sizeBytes, stamp]: FileLine): InputFile {
    const [, format, compression, share] = this.#kinds[kind]
    // Joined, it is one text; a sum is kept as a tree of its parts until somebody looks into it.
    return { path: this.here([this.#folders[folder], name].join('')), format, compression, sizeBytes, stamp, share }
  }

  #sliceOf([file, cutKind, start = 0, end = 0, told = noReading, kind]: SliceEntry): Slice {
    const own = this.files[file]
    const { path } = own
    const format = kind === undefined ? own.format : this.#kinds[kind][1]
    const compression = kind === undefined ? own.compression : this.#kinds[kind][2]
    const cut: Cut = cutKind === 'whole' ? { kind: cutKind } : { kind: cutKind, start, end }
    const reading = this.#readings[told]
    return reading === undefined ? { path, format, compression, cut } : { path, format, compression, cut, reading }
  }
}

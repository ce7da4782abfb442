import type { ExportedFile, LedgerRecord, PlacedRecord } from '../../core/records.js'
import type { LedgerView } from '../../state/ledger.js'
import { Column } from '../../util/column.js'
import { KeyTable } from '../../util/key-table.js'

/**
 * What a pipeline put into its users' folders, by source and by path: all that it may ever replace or remove. It stands in
 * the ledger, and is looked up there; by path once the first path was asked for.
 */
export class OutputManifest {
  readonly #forgotten = new Set<string>()
  #paths: OutputPaths | undefined

  constructor(readonly ledger: LedgerView) {}

  of(source: string): PlacedRecord | undefined {
    return this.#forgotten.has(source) ? undefined : this.ledger.get('placed', source)
  }

  at(path: string): ExportedFile | undefined {
    this.#paths ??= new OutputPaths(this.ledger.all('placed'))
    const source = this.#paths.sourceOf(path)
    return source === undefined ? undefined : this.of(source)?.files.find(file => file.path === path)
  }

  /** The sources of which something is on record. */
  *sources(): Generator<string> {
    for (const source of this.ledger.idsOf('placed')) if (!this.#forgotten.has(source)) yield source
  }

  /** Takes note of what this process or another placed. */
  note(record: LedgerRecord): void {
    if (record.kind !== 'placed') return
    this.#forgotten.delete(record.source)
    this.#paths?.note(record)
  }

  forget(source: string): void {
    this.#forgotten.add(source)
  }
}

/** Whose file stands under a path: that of the source that placed one there last. */
class OutputPaths {
  readonly #paths = new KeyTable()
  readonly #sources = new KeyTable()
  /** Numbers of sources by those of paths. */
  readonly #owners = Column.words()

  constructor(records: Iterable<PlacedRecord>) {
    for (const record of records) this.note(record)
  }

  note({ source, files }: PlacedRecord): void {
    for (const { path } of files) this.#owners.set(this.#paths.add(0, path), this.#sources.add(0, source))
  }

  sourceOf(path: string): string | undefined {
    const number = this.#paths.find(0, path)
    return number < 0 ? undefined : this.#sources.text(this.#owners.get(number))
  }
}

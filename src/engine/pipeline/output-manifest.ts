import type { ExportedFile, LedgerRecord, PlacedRecord } from '../../core/records.js'
import type { LedgerView } from '../../state/ledger.js'

/** What a pipeline put into its users' folders, by source and by path: all that it may ever replace or remove. */
export class OutputManifest {
  readonly #bySource = new Map<string, PlacedRecord>()
  readonly #byPath = new Map<string, ExportedFile>()

  static read(ledger: LedgerView): OutputManifest {
    const manifest = new OutputManifest()
    for (const record of ledger.all('placed')) manifest.note(record)
    return manifest
  }

  of(source: string): PlacedRecord | undefined {
    return this.#bySource.get(source)
  }

  at(path: string): ExportedFile | undefined {
    return this.#byPath.get(path)
  }

  all(): Iterable<PlacedRecord> {
    return this.#bySource.values()
  }

  /** Takes note of what this process or another placed. */
  note(record: LedgerRecord): void {
    if (record.kind !== 'placed') return
    this.forget(record.source)
    this.#bySource.set(record.source, record)
    for (const file of record.files) this.#byPath.set(file.path, file)
  }

  forget(source: string): void {
    for (const { path } of this.#bySource.get(source)?.files ?? []) this.#byPath.delete(path)
    this.#bySource.delete(source)
  }
}

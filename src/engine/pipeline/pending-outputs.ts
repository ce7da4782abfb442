import type { LedgerIndex } from '../../state/ledger-index.js'
import { KeyTable } from '../../util/key-table.js'

/** Outputs that are on record and not yet known to stand: looked for once one is asked for. */
export class PendingOutputs {
  #found: { readonly paths: ReadonlySet<string>; readonly staged: ReadonlySet<string> } | undefined

  constructor(readonly ledger: LedgerIndex) {}

  /** The names that they are to have. */
  get paths(): Pick<ReadonlySet<string>, 'has'> {
    return { has: path => this.#all().paths.has(path) }
  }

  /** Where they were staged. */
  get staged(): Pick<ReadonlySet<string>, 'has'> {
    return { has: path => this.#all().staged.has(path) }
  }

  #all() {
    this.#found ??= this.#find()
    return this.#found
  }

  #find() {
    const { ledger } = this
    const placed = new KeyTable()
    for (const { fingerprint } of ledger.all('placed')) placed.add(0, fingerprint)
    const [paths, staged] = [new Set<string>(), new Set<string>()]
    for (const fingerprint of ledger.idsOf('stages')) {
      if (placed.find(0, fingerprint) >= 0) continue
      for (const output of ledger.get('stages', fingerprint)?.outputs ?? []) {
        paths.add(output.path)
        staged.add(output.staged)
      }
    }
    return { paths, staged }
  }
}

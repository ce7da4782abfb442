import type { PlacedRecord } from '../../core/records.js'
import type { Ledger } from '../../state/ledger.js'
import type { SourceList } from './source-list.js'

/**
 * Makes sources go back to before the stages that set documents of theirs aside. What they wrote stays known as the
 * pipeline's own, until what they write now takes its place.
 */
export async function withdrawQuarantined(ledger: Ledger, sources: SourceList): Promise<void> {
  const aside = [...ledger.all('stages')].filter(
    ({ source, quarantine }) => quarantine.length > 0 && sources.has(source),
  )
  if (aside.length === 0) return
  const concerned = new Set(aside.map(({ source }) => source))
  const placed = [...ledger.all('placed')]
    .filter(({ source }) => concerned.has(source))
    .map((record): PlacedRecord => ({ ...record, fingerprint: 'replayed', chain: 'replayed' }))
  await ledger.withdraw(aside)
  if (placed.length > 0) await ledger.commit(placed)
}

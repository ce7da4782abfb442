import type { Counts, FileRef } from '../../core/records.js'
import type { ErrorPolicy } from '../../core/work-unit.js'

/** Samples that no operator could take, and places that held none. */
export function countFailures({ defects, operators }: Pick<Counts, 'defects' | 'operators'>): number {
  return operators.reduce((sum, { quarantined }) => sum + quarantined, defects)
}

/**
 * True where work that was committed under another `on_error` is what this one would have made: `fail` accepts no
 * failure, and `quarantine` none that was not put there. Under `skip` what lies in quarantine is left out of the report.
 */
export function servesPolicy(
  { counts, quarantine }: { readonly counts: Counts; readonly quarantine: readonly FileRef[] },
  policy: ErrorPolicy,
): boolean {
  if (policy === 'skip') return true
  const failures = countFailures(counts)
  return policy === 'fail' ? failures === 0 : failures <= quarantine.reduce((sum, { rows }) => sum + rows, 0)
}

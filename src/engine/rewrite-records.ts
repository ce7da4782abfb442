import { Hands } from '../state/hands.js'
import type { JobDirectory } from '../state/job-directory.js'
import { Lease } from '../state/lease.js'
import { Ledger } from '../state/ledger.js'
import { Roots } from '../util/roots.js'
import { version } from './version.js'

/** Paths of a job that are to be on record in another form. */
export interface Rewriting {
  /** Reads paths in the form in which they are on record. */
  readonly before: JobDirectory
  /** Puts paths on record in the form in which they are to be. */
  readonly after: JobDirectory
  /** From paths as they were to those that they are now. */
  readonly moves: Roots
  readonly writer: string
  /** The right to open the job, as nobody may be at work on it. */
  readonly lease: Lease
}

/** The right to open a job; undefined where somebody opens it at this moment or is at work on it. */
export async function claimAlone({ leases }: JobDirectory, writer: string): Promise<Lease | undefined> {
  const claim = await Lease.claim({ folder: leases, name: 'coordinator', writer })
  if (claim.kind === 'held') return undefined
  if ((await new Hands(leases, writer).findLiving({})) === undefined) return claim.lease
  claim.lease.release()
  return undefined
}

/** Puts what the ledger says of files outside the job's own directory on record in another form: exports, and outputs of pipelines. */
export async function rewriteRecords({ before, after, moves, writer, lease }: Rewriting): Promise<void> {
  const { ledger: folder, exports: mirror } = before
  const ledger = await Ledger.open({
    ...{ folder, mirror, writer, version, roots: Roots.none },
    ...{ fence: lease.fence, isAlone: true, guard: () => lease.check() },
  })
  try {
    const now = <T>(record: T): T => after.roots.allRecorded(moves.allHere(before.roots.allHere(record)))
    const exports = [...ledger.exports()].map(record => ({ record, moved: now(record) }))
    const changed = exports.filter(({ record, moved }) => record.target !== moved.target)
    const placed = [...ledger.all('placed')].filter(({ files }) => files.length > 0).map(now)
    if (changed.length + placed.length > 0) await ledger.commit([...changed.map(({ moved }) => moved), ...placed])
    // An export is known by its target: its earlier record would stand beside the new one.
    await ledger.withdraw(changed.map(({ record }) => record))
  } finally {
    await ledger.close()
  }
}

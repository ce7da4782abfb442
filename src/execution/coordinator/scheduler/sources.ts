import { readerLink } from '../../../core/fingerprint.js'
import type { InputFile, Partition } from '../../../core/partition.js'
import type { JobSpec, SourceInput } from '../../../core/work-unit.js'
import { canonicalJson } from '../../../util/hash.js'
import type { PartitionState } from './partition-state.js'
import type { RunContext } from './run-context.js'
import { superviseUnit } from './supervise.js'

/** What of a job decides which samples its input has. */
export type ReaderSettings = Pick<JobSpec, 'textKeys' | 'maxSampleBytes' | 'seed' | 'nan'>

/** A partition of the cut as the job starts with it. Its chain is known as far as the ledger knows its input. */
export function openState(
  job: ReaderSettings,
  partition: Partition,
  files: ReadonlyMap<string, InputFile>,
): PartitionState {
  const filesOf = partition.slices.map(({ path }) => files.get(path) as InputFile)
  const shares = filesOf.map(({ share }) => share)
  return {
    key: partition.key,
    partition: partition.key,
    slices: partition.slices,
    stamps: filesOf.map(({ stamp }) => stamp),
    shares,
    readerLink: linkOfReader(job, partition, shares),
    round: '',
    digest: undefined,
    verdicts: [],
  }
}

/** What decides, beside the input's bytes and the operators, which samples a partition has. */
function linkOfReader(job: ReaderSettings, { slices }: Partition, shares: readonly number[]): string {
  const formats = [...new Set(slices.map(({ format, compression }) => `${format}/${compression}`))]
  const readings = [
    ...new Set(slices.flatMap(({ reading }) => (reading === undefined ? [] : [canonicalJson(reading)]))),
  ]
  const isMixture = shares.some(share => share < 1)
  return readerLink({
    formats,
    textKey: formats.some(format => format.startsWith('text')) ? job.textKeys[0] : null,
    maxSampleBytes: job.maxSampleBytes,
    mixture: isMixture ? { shares, seed: job.seed } : null,
    readings,
    nan: job.nan,
  })
}

/**
 * Learns from the ledger what a partition's input holds. Where the file's stamp has changed since it
 * was read, its content is digested anew: an equal digest is the same input, whatever the clock says.
 */
export async function recallDigest(context: RunContext, state: PartitionState): Promise<void> {
  const known = context.ledger.get('input', state.key)
  if (known === undefined) return
  if (sameStamps(known.stamps, state.stamps)) {
    state.digest = known.digest
    return
  }
  const [digest] = await digestInput(context, state, undefined)
  await context.ledger.commit([{ ...known, stamps: state.stamps, digest }])
  state.digest = digest
}

/** Digests a partition's input anew: as a whole, or piece by piece where pieces of so many bytes are known. */
export async function digestInput(
  context: RunContext,
  state: PartitionState,
  pieces: readonly number[] | undefined,
): Promise<readonly string[]> {
  const { key, slices, stamps, shares } = state
  const input: SourceInput = { kind: 'source', slices, stamps, shares }
  const result = await superviseUnit(context, { partition: key, what: `digest of ${key}` }, attempt => {
    return { kind: 'digest', id: `${key}:digest:${attempt}`, attempt, partition: key, input, pieces }
  })
  if (result.kind !== 'digest') throw new TypeError(`a digest unit answered with a ${result.kind}`)
  return result.digests
}

export function sameStamps(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((stamp, index) => stamp === b[index])
}

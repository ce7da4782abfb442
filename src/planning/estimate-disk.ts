/** What a job will write, about. Sizes in bytes. */
export interface DiskNeeds {
  /** Checkpoints, signatures and finished partitions. */
  readonly checkpoints: number
  /** Copies of the input, where they are asked for. */
  readonly copies: number
  /** The export, which is put together beside its place. */
  readonly export: number
}

export interface DiskFacts {
  /** Of the input, decompressed. */
  readonly inputBytes: number
  /** Checkpoints that the plan places, finished partitions aside. */
  readonly checkpoints: number
  readonly storage: {
    readonly format: 'parquet' | 'arrow' | 'jsonl'
    readonly compression: 'snappy' | 'gzip' | 'none'
    readonly preserve_intermediate_data: boolean
    readonly write_partitions: boolean
  }
  readonly export: { readonly format: string; readonly compression: string }
  /** What is committed already. */
  readonly committedBytes: number
}

/** What text takes once it is compressed, roughly; a plan that is a third off still tells a full disk from an empty one. */
const shares: Readonly<Record<string, number>> = { none: 1, snappy: 0.6, gzip: 0.35, zstd: 0.35 }

/** Estimates from the input what a job will write, as if nothing were dropped. */
export function estimateDisk({ inputBytes, checkpoints, storage, export: form, committedBytes }: DiskFacts): DiskNeeds {
  const { format, compression, preserve_intermediate_data, write_partitions } = storage
  // Arrow has no snappy.
  const share = format === 'arrow' && compression === 'snappy' ? 1 : shares[compression]
  const kept = preserve_intermediate_data ? checkpoints : Math.min(1, checkpoints)
  const wanted = inputBytes * (kept * share + 1)
  const inside = form.format === 'parquet' ? shares['snappy'] : shares[form.compression]
  return {
    checkpoints: Math.round(Math.max(0, wanted - committedBytes)),
    copies: write_partitions ? inputBytes : 0,
    export: Math.round(inputBytes * inside),
  }
}

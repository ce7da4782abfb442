import type { SourceSpec } from '../../core/pipeline-spec.js'
import type { LedgerRecord, OpenSourceRecord, StagesRecord } from '../../core/records.js'
import { UnitFailed } from '../../execution/coordinator/scheduler/supervise.js'
import { canonicalJson, fingerprintOf } from '../../util/hash.js'
import type { PipelineContext } from './pipeline-context.js'
import { digestOfTask, fingerprintOfSource } from './source-fingerprint.js'

/** What is known of a source: what it holds, what was committed of it, and whether it is open. */
export class SourceBooks {
  /** Of what it holds; undefined as long as nobody read it. */
  digest: string | undefined

  constructor(
    readonly context: PipelineContext,
    readonly source: SourceSpec,
  ) {
    this.digest = source.files.length > 0 ? this.#recalled() : digestOfTask(source)
  }

  /** Takes what another process found it to hold. */
  learn(): void {
    if (this.source.files.length > 0) this.digest ??= this.#recalled()
  }

  /** What was committed of it at the end of a range behind which a barrier stands, as long as it can be decided on. */
  signedAt(range: number): StagesRecord | undefined {
    const fingerprint = this.fingerprintAt(this.context.pipeline.ranges[range].to)
    const record = fingerprint === undefined ? undefined : this.context.ledger.get('stages', fingerprint)
    return record?.signature === undefined ? undefined : record
  }

  /** The furthest range that is committed, up to one of them. */
  latest(most?: number): { readonly range: number; readonly record: StagesRecord } | undefined {
    const { ranges, stages } = this.context.pipeline
    const ends = ranges.length === 0 ? [stages.length] : ranges.map(({ to }) => to)
    for (let range = most ?? ends.length - 1; range >= 0; range--) {
      const fingerprint = this.fingerprintAt(ends[range])
      const record = fingerprint === undefined ? undefined : this.context.ledger.get('stages', fingerprint)
      if (record !== undefined) return { range, record }
    }
    return undefined
  }

  /** Why it is open, where it failed. */
  openRecord(): OpenSourceRecord | undefined {
    return this.context.ledger.get('open_source', this.source.id)
  }

  /** What is tried: these stages on these files. */
  get tried(): string {
    const { files, task } = this.source
    const { pipeline, directory } = this.context
    const stamps = files.map(({ stamp }) => stamp)
    return fingerprintOf(
      'tried',
      ...pipeline.links,
      ...stamps,
      canonicalJson(directory.roots.allRecorded(task.data ?? null)),
    )
  }

  /** Undefined as long as what it holds, or what a barrier before decided of it, is not known. */
  fingerprintAt(done: number): string | undefined {
    if (this.digest === undefined) return undefined
    const { links, barriers } = this.context.pipeline
    const own = done === links.length ? links : links.slice(0, done)
    if (barriers.length === 0) return fingerprintOfSource(this.source, { digest: this.digest, links: own })
    const decided = new Map<number, string>()
    for (const [number, { stage }] of barriers.entries()) {
      if (stage >= done) break
      const slice = this.context.decisions.of(number, this.source.id)?.slice
      if (slice === undefined) return undefined
      decided.set(stage, slice.digest)
    }
    return fingerprintOfSource(this.source, { digest: this.digest, links: own, decided })
  }

  /** What a barrier decided of the very documents that are there. */
  verdictOf(barrier: number, before: StagesRecord | undefined) {
    const verdict = this.context.decisions.of(barrier, this.source.id)
    if (verdict === undefined || verdict.slice.signed !== before?.signature?.checksum)
      throw new UnitFailed({
        code: 'decision_lost',
        message: `what was decided of ${this.source.name} is no longer about what it holds: run the pipeline again, it decides anew`,
        consequence: 'fail_unit',
      })
    return verdict
  }

  /** What is put on record of what it holds. */
  inputRecord(digest: string): LedgerRecord {
    return { kind: 'input', partition: this.source.id, stamps: this.source.files.map(({ stamp }) => stamp), digest }
  }

  #recalled(): string | undefined {
    const { id, files } = this.source
    const known = this.context.ledger.get('input', id)
    const isSame =
      known?.stamps.length === files.length && files.every(({ stamp }, index) => known.stamps[index] === stamp)
    return isSame ? known?.digest : undefined
  }
}

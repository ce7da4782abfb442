import { noCounts } from '../../../core/records.js'
import type { UnitReport } from '../../../core/report.js'
import type { Sample } from '../../../core/sample.js'
import { SampleError } from '../../../core/sample-error.js'
import type { BatchInHand } from '../../../core/unit-result.js'
import type { JobSpec, OperatorUse, SegmentUnit } from '../../../core/work-unit.js'
import { RunningCounts } from '../../contents/counts.js'
import { sayError, UnitFailure } from '../../protocol/unit-failure.js'
import type { OperatorChain } from '../operator-chain.js'
import type { UnitContext } from '../work-context.js'
import { EarlyJudge } from './early-judge.js'
import type { InputBatch } from './input-batch.js'
import type { SegmentOutput, Signing } from './segment-output.js'
import { describePlace, placeOf } from './source-reader.js'

const tellEveryMs = 500

/** Where samples go, and who counts them. */
export interface PassTarget {
  readonly output: SegmentOutput
  readonly counts: RunningCounts
}

/** One run of a unit's operators: takes batches through them, sets aside what fails, tells of progress. */
export class SegmentPass {
  readonly #condemned: ReadonlyMap<number, string>
  readonly #judge: EarlyJudge | undefined
  #samples = 0
  #bytes = 0
  #inHand: BatchInHand | undefined
  #survivors = 0
  #lastTold = 0
  /** Since when the operators have had nothing to do: what passes then goes into reading. */
  #idleSince: number | undefined

  readonly job: JobSpec
  readonly report: UnitReport
  readonly chain: OperatorChain
  readonly signing: Signing | undefined

  constructor(
    { job, report }: UnitContext,
    readonly unit: SegmentUnit,
    { chain, signing }: { readonly chain: OperatorChain; readonly signing: Signing | undefined },
  ) {
    this.job = job
    this.report = report
    this.chain = chain
    this.signing = signing
    this.#judge = unit.maxQuarantineRatio === undefined ? undefined : new EarlyJudge(unit.maxQuarantineRatio)
    this.#condemned = new Map(unit.condemned.map(({ ordinal, message }) => [ordinal, message]))
  }

  startCounts(): RunningCounts {
    this.#idleSince ??= performance.now()
    return new RunningCounts(this.unit.input.kind === 'point' ? this.unit.input.point.counts : noCounts)
  }

  /** Takes note of a batch that is read and not processed. */
  readPast(batch: InputBatch): void {
    this.#samples += batch.to - batch.from
    this.#bytes += batch.bytes
    this.#tell(undefined)
  }

  async process(batch: InputBatch, target: PassTarget): Promise<void> {
    if (this.#idleSince !== undefined) target.counts.readMs += performance.now() - this.#idleSince
    await this.#processTimed(batch, target)
    this.#idleSince = performance.now()
  }

  async #processTimed(batch: InputBatch, target: PassTarget): Promise<void> {
    this.#samples += batch.to - batch.from
    this.#bytes += batch.bytes
    const { suspects } = this.unit
    const samples = this.#withoutCondemned(batch.samples, target)
    if (suspects === undefined || suspects.from >= batch.to || suspects.to <= batch.from) {
      this.#tell({ from: batch.from, to: batch.to })
      await this.#run(samples, target)
    } else {
      for (const sample of samples) {
        const { ordinal } = sample.origin
        const inHand = { from: ordinal, to: ordinal + 1, survivors: this.#survivors }
        this.#tell(inHand)
        await this.#run([sample], target, operator => this.#tell({ ...inHand, operator }))
        this.#survivors++
      }
    }
    this.#judge?.judge(target.counts)
    // What happens from here on, such as publishing, is not the doing of the samples that were announced last.
    this.#tell(undefined)
  }

  async #run(
    samples: readonly Sample[],
    { output, counts }: PassTarget,
    onStep?: (operator: number) => void,
  ): Promise<void> {
    const left = await this.chain.run(samples, counts, {
      onFailure: (sample, operator, error) => this.#setAside(output, sample, { operator, error }),
      onSample: () => this.#tellNowAndThen(),
      onStep,
    })
    output.filesRead.add(this.chain.takeFilesRead())
    const { signMs, writeMs } = await output.write(left, (sample, error) => {
      const { index } = this.signing as Signing
      counts.operator(index).quarantined++
      this.#setAside(output, sample, { operator: this.job.operators[index], error })
    })
    if (this.signing !== undefined) counts.operator(this.signing.index).ms += signMs
    counts.writeMs += writeMs
  }

  #tell(inHand: BatchInHand | undefined): void {
    this.#inHand = inHand
    this.#lastTold = performance.now()
    this.report.progress({ samples: this.#samples, bytes: this.#bytes, batch: inHand })
  }

  /** An operator that takes long over each sample is at work, and not stuck, as long as samples come through. */
  #tellNowAndThen(): void {
    if (performance.now() - this.#lastTold > tellEveryMs) this.#tell(this.#inHand)
  }

  /** Takes out the samples that killed workers before, by the ordinal that they descend from. */
  #withoutCondemned(samples: readonly Sample[], { output, counts }: PassTarget): readonly Sample[] {
    if (this.#condemned.size === 0) return samples
    return samples.filter(sample => {
      const message = this.#condemned.get(sample.origin.ordinal)
      if (message === undefined) return true
      const operator = this.job.operators[this.unit.fromOp]
      counts.operator(this.unit.fromOp).quarantined++
      this.#setAside(output, sample, { operator, error: new SampleError('killed_worker', message) })
      return false
    })
  }

  #setAside(
    output: SegmentOutput,
    sample: Sample,
    { operator, error }: { readonly operator: OperatorUse; readonly error: unknown },
  ): void {
    const place = placeOf(this.unit.slices[sample.origin.slice])
    const told = describeSampleError(error)
    this.#judge?.note(sample, operator.name, told.message)
    if (this.job.onError === 'fail') {
      const where = `${place.path}, ${describePlace(sample.origin, place.base)}`
      const message = `${operator.name} failed on ${where}: ${told.message}; on_error is "fail", with "quarantine" the sample would be set aside`
      throw new UnitFailure({ code: 'sample_failed', message, consequence: 'stop_job' })
    }
    if (this.job.onError === 'quarantine')
      output.quarantine.addSample(sample, { place, operator: operator.name, error: told })
  }
}

function describeSampleError(error: unknown): { readonly code: string; readonly message: string } {
  // A custom operator's may come from another copy of this package.
  const message = sayError(error)
  if (!(error instanceof Error)) return { code: 'unknown', message }
  const { name, code } = error as Partial<SampleError>
  return { code: name === 'SampleError' && typeof code === 'string' ? code : String(name), message }
}

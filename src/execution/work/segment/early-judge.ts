import type { Sample } from '../../../core/sample.js'
import type { RunningCounts } from '../../contents/counts.js'
import { countFailures } from '../../contents/error-policy.js'
import { commonestReason, describeAside, remedyFor } from '../../contents/set-aside-reason.js'
import { UnitFailure } from '../../protocol/unit-failure.js'

/** So many samples, all of them set aside, are no accident. */
const enough = 300

/** Looks at the first samples of a job, and stops it where every one of them was set aside. */
export class EarlyJudge {
  readonly #ratio: number
  readonly #entries: { operator: string; error: string; sample: string }[] = []
  #isDone = false

  constructor(ratio: number) {
    this.#ratio = ratio
  }

  note(sample: Sample, operator: string, error: string): void {
    if (this.#isDone || this.#entries.length >= enough) return
    const { bytes, start, end } = sample.toJsonText()
    this.#entries.push({ operator, error, sample: bytes.toString('utf8', start, end) })
  }

  /** @throws {UnitFailure} `stop_job` with the reason and what to do */
  judge(counts: RunningCounts): void {
    const total = counts.read - counts.notTaken
    if (this.#isDone || total < enough) return
    this.#isDone = true
    const failed = countFailures(counts)
    if (failed < total) return
    const reason = commonestReason(this.#entries)
    const message = `stopped early: ${describeAside(enough, enough, reason)}; ${remedyFor(reason, this.#ratio)}`
    throw new UnitFailure({ code: 'all_set_aside', message, consequence: 'stop_job' })
  }
}

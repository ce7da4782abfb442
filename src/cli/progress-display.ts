import type { WriteStream } from 'node:tty'
import type { ProgressSnapshot } from '../engine/progress.js'
import { formatBytes, formatCount, formatDuration } from '../util/format.js'

const redrawMs = 200
const plainLineMs = 10_000

/** Shows progress: one line that is redrawn on a terminal, a plain line now and then elsewhere. */
export class ProgressDisplay {
  #timer: NodeJS.Timeout | undefined
  #hasLine = false

  constructor(readonly out: WriteStream | undefined) {}

  start(progress: () => ProgressSnapshot): void {
    const { out } = this
    if (out === undefined) return
    const isTerminal = out.isTTY === true
    this.#timer = setInterval(() => this.#show(out, isTerminal, progress()), isTerminal ? redrawMs : plainLineMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    if (this.#hasLine) this.out?.write('\r\x1b[K')
    this.#hasLine = false
  }

  #show(out: WriteStream, isTerminal: boolean, snapshot: ProgressSnapshot): void {
    const line = describeProgress(snapshot)
    if (!isTerminal) {
      out.write(`${line}\n`)
      return
    }
    this.#hasLine = true
    out.write(`\r\x1b[K${line.slice(0, (out.columns ?? 80) - 1)}`)
  }
}

/** `processing 42 %, 10/24 partitions, 12,345 samples/s, 23 MB/s, 1 min 20 s left, workers 310 MB`. */
export function describeProgress({
  phase,
  share,
  partitionsDone,
  partitionsTotal,
  samples,
  bytes,
  elapsedMs,
  workerMemoryBytes,
}: ProgressSnapshot): string {
  const seconds = Math.max(elapsedMs / 1000, 0.001)
  const left = share > 0.01 && bytes > 0 ? `, ${formatDuration((elapsedMs * (1 - share)) / share)} left` : ''
  const speed = `${formatCount(Math.round(samples / seconds))} samples/s, ${formatBytes(bytes / seconds)}/s`
  return `${phase} ${Math.floor(share * 100)} %, ${partitionsDone}/${partitionsTotal} partitions, ${speed}${left}, workers ${formatBytes(workerMemoryBytes)}`
}

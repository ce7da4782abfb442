/** How long a worker may take to its first report on a unit, at least: it may have to start, and operators to load. */
const startMs = 60_000

/**
 * Measures how long a worker has been silent, in the time that this process itself was awake: while the machine
 * sleeps or the job is suspended (Ctrl-Z), nobody is stuck.
 */
export class Watchdog {
  #silentMs = 0
  #hasReported = false
  #lastTick = performance.now()

  constructor(
    readonly stallMs: number,
    /** Between ticks; a tick that comes much later counts no more than two. */
    readonly tickMs: number,
  ) {}

  /** The worker reported something. */
  note(): void {
    this.#silentMs = 0
    this.#hasReported = true
  }

  /** @returns how long the worker has been silent, where that is too long */
  tick(now = performance.now()): number | undefined {
    this.#silentMs += Math.min(now - this.#lastTick, this.tickMs * 2)
    this.#lastTick = now
    const limit = this.#hasReported ? this.stallMs : Math.max(this.stallMs, startMs)
    return this.#silentMs > limit ? this.#silentMs : undefined
  }
}

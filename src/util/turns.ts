/** So many turns at a time, given to who waits in the order of asking. How many there are may change meanwhile. */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #free: number
  /** Turns that are no more once they are given back. */
  #owed = 0

  constructor(count: number) {
    this.#free = count
  }

  /** How many wait for a turn. */
  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * Waits for a turn, which has to be given back once.
   *
   * @throws the reason of the signal, once that is aborted: nothing was taken then
   */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free--
      return
    }
    await new Promise<void>((resolve, reject) => {
      const give = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1)
        reject(signal.reason)
      }
      this.#waiting.push(give)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** Takes a turn that is free and that nobody waits for; false where there is none. */
  takeSpare(): boolean {
    if (this.#free === 0 || this.#waiting.length > 0) return false
    this.#free--
    return true
  }

  giveBack(): void {
    if (this.#owed > 0) {
      this.#owed--
      return
    }
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }

  /** Makes it one more at a time, from now on. */
  add(): void {
    this.giveBack()
  }

  /** Makes it one less at a time, as soon as one is free. */
  withdraw(): void {
    if (this.#free > 0) this.#free--
    else this.#owed++
  }
}

import type { RayPlace } from './ray-place.js'

type Waiter = (place: RayPlace | undefined) => void

/** Places where no unit runs, and who waits for one, in the order of asking. */
export class FreePlaces {
  readonly #free: RayPlace[] = []
  readonly #waiting: Waiter[] = []

  constructor(readonly patienceMs: number) {}

  get waiting(): number {
    return this.#waiting.length
  }

  has(place: RayPlace): boolean {
    return this.#free.includes(place)
  }

  /** @returns a place; undefined where there was none in time, or the signal was aborted */
  async take(signal: AbortSignal): Promise<RayPlace | undefined> {
    if (signal.aborted) return undefined
    const free = this.#free.pop()
    if (free !== undefined) return free
    return new Promise(resolve => {
      const settle: Waiter = place => {
        clearTimeout(timer)
        signal.removeEventListener('abort', leave)
        resolve(place)
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(settle), 1)
        settle(undefined)
      }
      const timer = setTimeout(leave, this.patienceMs)
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(settle)
    })
  }

  give(place: RayPlace): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(place)
    else next(place)
  }

  /** A place that is gone is given to nobody. */
  withdraw(place: RayPlace): void {
    const index = this.#free.indexOf(place)
    if (index >= 0) this.#free.splice(index, 1)
  }
}

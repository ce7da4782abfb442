import { setTimeout as delay } from 'node:timers/promises'

export interface ServiceSettings {
  readonly url: string
  readonly requestsPerSecond: number
  readonly maxAttempts: number
  readonly retryDelayMs: number
  readonly timeoutMs: number
}

/** What may pass by itself: the service is busy, restarting, or was too slow. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504])

/** Posts JSON to a service, at most so often a second, again after what may pass by itself. */
export class ServiceClient {
  #nextStart = 0

  constructor(readonly settings: ServiceSettings) {}

  /** @throws {Error} when the last attempt failed, or the service refused the request */
  async post(body: unknown): Promise<unknown> {
    const { maxAttempts, retryDelayMs } = this.settings
    for (let attempt = 1; ; attempt++) {
      await this.#turn()
      const outcome = await this.#attempt(body)
      if (outcome.kind === 'answered') return outcome.answer
      if (outcome.kind === 'refused') throw new Error(`the service refused the request: ${outcome.why}`)
      if (attempt >= maxAttempts) throw new Error(`the service failed ${attempt} times: ${outcome.why}`)
      // Half of the delay is left to chance, so that requests that failed together do not come back together.
      await delay(retryDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2))
    }
  }

  /** Waits until one more request may start. */
  async #turn(): Promise<void> {
    const now = performance.now()
    const start = Math.max(now, this.#nextStart)
    this.#nextStart = start + 1000 / this.settings.requestsPerSecond
    if (start > now) await delay(start - now)
  }

  async #attempt(body: unknown): Promise<Outcome> {
    const { url, timeoutMs } = this.settings
    let response: Response
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      })
      if (response.ok) return { kind: 'answered', answer: await response.json() }
      await response.body?.cancel()
    } catch (error) {
      // Not reached, cut off, too slow, or no JSON: all of it may be better the next time.
      const { message, cause } = error as Error & { cause?: Error }
      return { kind: 'failed', why: cause === undefined ? message : `${message} (${cause.message})` }
    }
    const kind = passing.has(response.status) ? 'failed' : 'refused'
    return { kind, why: `HTTP ${response.status}` }
  }
}

type Outcome =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'failed' | 'refused'; readonly why: string }

/**
 * Holds sources back where the stages behind have too much to do: what was spooled for them and not taken yet has a
 * bound. A source that is on its way is never held back, so that what is spooled drains.
 */
export class SpoolBound {
  readonly #waiting: (() => void)[] = []
  /** Bytes that are spooled and not taken, by the stage that takes them. */
  readonly #bytes = new Map<number, number>()

  constructor(readonly mostBytes: number) {}

  /** Waits until there is room for what the first stages will spool. */
  async room(from: number): Promise<void> {
    while (from === 0 && this.#isFull()) await new Promise<void>(done => this.#waiting.push(done))
  }

  gave(bytes: number, stage: number): void {
    this.#bytes.set(stage, (this.#bytes.get(stage) ?? 0) + bytes)
  }

  took(bytes: number, stage: number): void {
    this.#bytes.set(stage, (this.#bytes.get(stage) ?? 0) - bytes)
    for (const go of this.#waiting.splice(0)) go()
  }

  #isFull(): boolean {
    return [...this.#bytes.values()].some(bytes => bytes >= this.mostBytes)
  }
}

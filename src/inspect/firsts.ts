/** The first of many things by their places, which come in any order; never holds many more than are wanted. */
export class Firsts<T> {
  #held: [number, T][] = []

  constructor(readonly most: number) {}

  add(place: number, thing: T): void {
    if (this.most <= 0) return
    this.#held.push([place, thing])
    if (this.#held.length >= 2 * this.most + 64) this.#cut()
  }

  entries(): readonly (readonly [number, T])[] {
    this.#cut()
    return this.#held
  }

  #cut(): void {
    this.#held = this.#held.sort(([a], [b]) => a - b).slice(0, this.most)
  }
}

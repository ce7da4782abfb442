/** The multipliers and summands of MinHash's permutations, each of 61 bits in two words. */
export interface Permutations {
  readonly count: number
  readonly aHigh: Int32Array
  readonly aLow: Int32Array
  readonly bHigh: Int32Array
  readonly bLow: Int32Array
}

const seed = 42
const prime = 2n ** 61n - 1n

/** The constants that Data-Juicer draws from NumPy's generator, `RandomState(42)`, of which `a` is never 0. */
export function permutations(count: number): Permutations {
  const random = new MersenneTwister(seed)
  const [aHigh, aLow, bHigh, bLow] = Array.from({ length: 4 }, () => new Int32Array(count))
  for (let i = 0; i < count; i++) {
    const a = below(random, prime - 1n) + 1n
    const b = below(random, prime)
    aHigh[i] = Number(a >> 32n)
    aLow[i] = Number(a & 0xffffffffn)
    bHigh[i] = Number(b >> 32n)
    bLow[i] = Number(b & 0xffffffffn)
  }
  return { count, aHigh, aLow, bHigh, bLow }
}

/** An even draw of 61 bits, again where it is too large. */
function below(random: MersenneTwister, bound: bigint): bigint {
  for (;;) {
    const high = BigInt(random.next())
    const value = ((high << 32n) | BigInt(random.next())) & prime
    if (value < bound) return value
  }
}

/** MT19937 (Matsumoto and Nishimura, 1998), seeded by one number. */
class MersenneTwister {
  readonly #state = new Int32Array(624)
  #at = 624

  constructor(seed: number) {
    this.#state[0] = seed
    for (let i = 1; i < 624; i++) {
      const last = this.#state[i - 1]
      this.#state[i] = Math.imul(1812433253, last ^ (last >>> 30)) + i
    }
  }

  /** 32 bits. */
  next(): number {
    if (this.#at === 624) this.#twist()
    let word = this.#state[this.#at++]
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c5680
    word ^= (word << 15) & 0xefc60000
    return (word ^ (word >>> 18)) >>> 0
  }

  #twist(): void {
    const state = this.#state
    for (let i = 0; i < 624; i++) {
      const joined = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff)
      state[i] = state[(i + 397) % 624] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0)
    }
    this.#at = 0
  }
}

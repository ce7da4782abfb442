const blockBytes = 64
const constants = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc | 0, 0xca62c1d6 | 0]

/**
 * SHA-1 (RFC 3174) of very many short pieces of bytes, where a call into OpenSSL costs several times the hash. Not
 * for anything that must be secure.
 */
export class Sha1 {
  /** The digest's words, the most significant byte of each first. */
  readonly words = new Int32Array(5)
  readonly #schedule = new Int32Array(80)

  /** Puts the digest of `bytes[start, end)` into the words. */
  digest(bytes: Uint8Array, start: number, end: number): void {
    this.words[0] = 0x67452301
    this.words[1] = 0xefcdab89
    this.words[2] = 0x98badcfe
    this.words[3] = 0x10325476
    this.words[4] = 0xc3d2e1f0
    let at = start
    for (; end - at >= blockBytes; at += blockBytes) {
      this.#load(bytes, at, blockBytes)
      this.#mix()
    }
    const rest = end - at
    this.#load(bytes, at, rest)
    this.#schedule[rest >> 2] |= 0x80 << (24 - (rest & 3) * 8)
    if (rest >= blockBytes - 8) {
      this.#mix()
      this.#schedule.fill(0, 0, 16)
    }
    const length = end - start
    this.#schedule[14] = Math.floor(length / 2 ** 29)
    this.#schedule[15] = length << 3
    this.#mix()
  }

  #load(bytes: Uint8Array, at: number, count: number): void {
    const schedule = this.#schedule
    const whole = count >> 2
    for (let i = 0; i < whole; i++, at += 4)
      schedule[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
    if (count === blockBytes) return
    schedule.fill(0, whole, 16)
    for (let i = 0; i < (count & 3); i++) schedule[whole] |= bytes[at + i] << (24 - i * 8)
  }

  #mix(): void {
    const { words } = this
    const schedule = this.#schedule
    for (let i = 16; i < 80; i++) {
      const word = schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16]
      schedule[i] = (word << 1) | (word >>> 31)
    }
    let [a, b, c, d, e] = [words[0], words[1], words[2], words[3], words[4]]
    for (let i = 0; i < 80; i++) {
      let mixed: number
      if (i < 20) mixed = (d ^ (b & (c ^ d))) + constants[0]
      else if (i < 40) mixed = (b ^ c ^ d) + constants[1]
      else if (i < 60) mixed = ((b & c) | (d & (b | c))) + constants[2]
      else mixed = (b ^ c ^ d) + constants[3]
      const next = (((a << 5) | (a >>> 27)) + mixed + e + schedule[i]) | 0
      e = d
      d = c
      c = (b << 30) | (b >>> 2)
      b = a
      a = next
    }
    words[0] += a
    words[1] += b
    words[2] += c
    words[3] += d
    words[4] += e
  }
}

const blockBytes = 64
const shifts = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
]

/** What each of the 64 steps adds, turns by, and reads. */
const constants = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0)
const turns = Uint8Array.from({ length: 64 }, (_, i) => shifts[i >> 4][i & 3])
const wordAt = Uint8Array.from({ length: 64 }, (_, i) => [i, 5 * i + 1, 3 * i + 5, 7 * i][i >> 4] & 15)

/**
 * MD5 (RFC 1321) of very many short pieces of bytes, where a call into OpenSSL costs several times the hash. The
 * digest is the words `a`, `b`, `c`, `d`, least significant byte first.
 */
export class Md5 {
  a = 0
  b = 0
  c = 0
  d = 0
  readonly #words = new Int32Array(blockBytes / 4)

  /** Puts the digest of `bytes[start, end)` into the words. */
  digest(bytes: Uint8Array, start: number, end: number): void {
    this.a = 0x67452301
    this.b = 0xefcdab89 | 0
    this.c = 0x98badcfe | 0
    this.d = 0x10325476
    let at = start
    for (; end - at >= blockBytes; at += blockBytes) {
      this.#load(bytes, at, blockBytes)
      this.#mix()
    }
    const rest = end - at
    this.#load(bytes, at, rest)
    this.#words[rest >> 2] |= 0x80 << ((rest & 3) * 8)
    if (rest >= blockBytes - 8) {
      this.#mix()
      this.#words.fill(0)
    }
    const length = end - start
    this.#words[14] = length << 3
    this.#words[15] = Math.floor(length / 2 ** 29)
    this.#mix()
  }

  #load(bytes: Uint8Array, at: number, count: number): void {
    const words = this.#words
    const whole = count >> 2
    for (let i = 0; i < whole; i++, at += 4)
      words[i] = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
    if (count === blockBytes) return
    words.fill(0, whole)
    for (let i = 0; i < (count & 3); i++) words[whole] |= bytes[at + i] << (i * 8)
  }

  #mix(): void {
    const words = this.#words
    let { a, b, c, d } = this
    for (let i = 0; i < 64; i++) {
      let mixed: number
      if (i < 16) mixed = d ^ (b & (c ^ d))
      else if (i < 32) mixed = c ^ (d & (b ^ c))
      else if (i < 48) mixed = b ^ c ^ d
      else mixed = c ^ (b | ~d)
      const sum = (a + mixed + constants[i] + words[wordAt[i]]) | 0
      const turn = turns[i]
      a = d
      d = c
      c = b
      b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0
    }
    this.a = (this.a + a) | 0
    this.b = (this.b + b) | 0
    this.c = (this.c + c) | 0
    this.d = (this.d + d) | 0
  }
}

/**
 * The key of an n-gram in the hash tables of KenLM (lm/search_hashed.hh), 64 bits in two halves: the id of its last
 * word, then for each word before it `key * 8978948897894561157 xor (1 + id) * 17894857484156487943`.
 */
export class ContextKey {
  high = 0
  low = 0

  start(word: number): void {
    this.high = 0
    this.low = word
  }

  extend(word: number): void {
    multiply(this.high, this.low, 0x7c9ba273, 0x3b63f585)
    const high = product.high
    const low = product.low
    multiply(0, word + 1, 0xf8574e12, 0x21634907)
    this.high = (high ^ product.high) >>> 0
    this.low = (low ^ product.low) >>> 0
  }
}

const product = { high: 0, low: 0 }

/** The low 64 bits of a product. */
// biome-ignore lint/complexity/useMaxParams: two numbers of two halves each; with factors read from objects it measured slower
function multiply(aHigh: number, aLow: number, bHigh: number, bLow: number): void {
  const a0 = aLow & 0xffff
  const a1 = aLow >>> 16
  const b0 = bLow & 0xffff
  const b1 = bLow >>> 16
  const low = Math.imul(a0, b0) >>> 0
  const middle = Math.imul(a1, b0) >>> 0
  const other = Math.imul(a0, b1) >>> 0
  const carry = (low >>> 16) + (middle & 0xffff) + (other & 0xffff)
  const top = Math.imul(a1, b1) + (middle >>> 16) + (other >>> 16) + (carry >>> 16)
  product.low = Math.imul(aLow, bLow) >>> 0
  product.high = (top + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) >>> 0
}

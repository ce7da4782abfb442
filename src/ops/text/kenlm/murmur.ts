const multiplier = 0xc6a4a7935bd1e995n
const all = 0xffffffffffffffffn

/** MurmurHash64A of Austin Appleby (public domain) with seed 0, in two halves. */
export function murmurHash(bytes: Uint8Array): { readonly high: number; readonly low: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let hash = (BigInt(bytes.length) * multiplier) & all
  let at = 0
  for (; at + 8 <= bytes.length; at += 8) {
    let word = (view.getBigUint64(at, true) * multiplier) & all
    word = ((word ^ (word >> 47n)) * multiplier) & all
    hash = ((hash ^ word) * multiplier) & all
  }
  if (at < bytes.length) {
    let tail = 0n
    for (let i = bytes.length - 1; i >= at; i--) tail = (tail << 8n) | BigInt(bytes[i])
    hash = ((hash ^ tail) * multiplier) & all
  }
  hash = ((hash ^ (hash >> 47n)) * multiplier) & all
  hash ^= hash >> 47n
  return { high: Number(hash >> 32n), low: Number(hash & 0xffffffffn) }
}

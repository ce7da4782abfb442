/** Asks for all keys, in the order of the input; may be asked again. */
export type EachKey = (take: (key: Uint8Array) => void) => Promise<void>

/** A key, and how many others there are below it and equal to it. */
export interface RankedKey {
  readonly key: Buffer
  readonly below: number
  readonly equal: number
}

/** What may stand at a place of a key: nothing, or one of 256 bytes. */
const symbols = 257

/**
 * Finds the key at a rank, where keys are in ascending order of their bytes, without keeping them: two bytes of it are
 * found each time that all are counted.
 */
export async function keyAtRank(eachKey: EachKey, rank: number): Promise<RankedKey> {
  const prefix: number[] = []
  let below = 0
  for (;;) {
    const counts = await countNext(eachKey, prefix)
    let bin = 0
    while (bin < counts.length && below + counts[bin] <= rank) below += counts[bin++]
    if (bin === counts.length) throw new RangeError(`there is no key of rank ${rank}`)
    const first = Math.floor(bin / symbols)
    const second = bin % symbols
    if (first > 0) prefix.push(first - 1)
    if (second > 0) prefix.push(second - 1)
    if (first === 0 || second === 0) return { key: Buffer.from(prefix), below, equal: counts[bin] }
  }
}

/** How many keys go on from a prefix with which two symbols. */
async function countNext(eachKey: EachKey, prefix: readonly number[]): Promise<Float64Array> {
  const counts = new Float64Array(symbols * symbols)
  const start = prefix.length
  await eachKey(key => {
    for (let i = 0; i < start; i++) if (key[i] !== prefix[i]) return
    const first = start < key.length ? key[start] + 1 : 0
    const second = start + 1 < key.length ? key[start + 1] + 1 : 0
    counts[first * symbols + second]++
  })
  return counts
}

/** A generator of numbers below `limit` that gives the same ones for the same seed. */
export function seeded(seed: number): (limit: number) => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0
  return limit => {
    state ^= state << 13
    state ^= state >>> 17
    state = (state ^ (state << 5)) >>> 0
    return state % limit
  }
}

const bytes = [0, 1, 0x7f, 0x80, 0xff]
const words = [0, 1, -1, 0x7fff_ffff, -0x8000_0000, 0x0100_0000, 0x00ff_ffff, 0x4000_0000]

type Mutation = (file: Buffer, at: number, draw: (limit: number) => number) => Buffer

const mutations: readonly Mutation[] = [
  (file, at, draw) => change(file, copy => (copy[at] ^= 1 << draw(8))),
  (file, at, draw) => change(file, copy => (copy[at] ^= 1 << draw(8))),
  (file, at, draw) => change(file, copy => (copy[at] = bytes[draw(bytes.length)])),
  (file, at, draw) => change(file, copy => (copy[at] = draw(256))),
  (file, at, draw) =>
    change(file, copy => copy.writeInt32LE(words[draw(words.length)], Math.max(0, Math.min(at & ~3, file.length - 4)))),
  (file, at, draw) =>
    change(file, copy => {
      const place = Math.max(0, Math.min(at & ~7, file.length - 8))
      copy.writeInt32LE(words[draw(words.length)], place)
      copy.writeInt32LE(words[draw(words.length)], place + 4)
    }),
  (file, at) => file.subarray(0, at),
  (file, at, draw) => Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + draw(16))]),
  (file, at, draw) => Buffer.concat([file.subarray(0, at + 1 + draw(16)), file.subarray(at)]),
  (file, at, draw) => change(file, copy => copy.copy(copy, at, draw(file.length), file.length - at + 1 + draw(32))),
]

function change(file: Buffer, by: (copy: Buffer) => unknown): Buffer {
  const copy = Buffer.from(file)
  by(copy)
  return copy
}

/** One to three mutations; half of them within what stands at the ends of a file, where formats say what is in it. */
export function mutate(file: Buffer, draw: (limit: number) => number): Buffer {
  let mutant = file
  for (let left = 1 + draw(3); left > 0 && mutant.length > 16; left--) {
    const ends = Math.min(2048, mutant.length)
    const at = [draw(mutant.length), draw(mutant.length), draw(ends), mutant.length - 1 - draw(ends)][draw(4)]
    mutant = mutations[draw(mutations.length)](mutant, at, draw)
  }
  return mutant
}

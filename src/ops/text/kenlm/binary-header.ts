import { closeSync, openSync, readSync } from 'node:fs'

const magic = 'mmap lm http://kheafield.com/code format version 5\n\0'
const headBytes = 108
const kinds = ['probing', 'rest-probing', 'trie', 'quant-trie', 'array-trie', 'quant-array-trie'] as const

/** What the first bytes of a binary model of KenLM say (lm/binary_format.cc). */
export interface BinaryHeader {
  readonly kind: (typeof kinds)[number]
  readonly multiplier: number
  /** N-grams of each order, those of order 1 first. */
  readonly counts: readonly number[]
  /** Where the vocabulary starts. */
  readonly end: number
}

/**
 * Reads the header of a file; undefined where it is no binary of KenLM.
 *
 * @throws {Error} where it is one of another version or kind
 */
export function readBinaryHeader(path: string): BinaryHeader | undefined {
  const bytes = Buffer.alloc(headBytes + 255 * 8)
  const length = readStart(path, bytes)
  if (length < headBytes || bytes.toString('latin1', 0, 9) !== magic.slice(0, 9)) return undefined
  if (bytes.toString('latin1', 0, magic.length) !== magic)
    throw new Error('it is a binary of KenLM in another format than version 5; build it anew with build_binary')
  const order = bytes.readUInt8(88)
  const type = bytes.readUInt32LE(96)
  const isOtherMachine = bytes.readFloatLE(60) !== 1 || bytes.readUInt32LE(72) !== 0xffffffff
  if (isOtherMachine) throw new Error('it is a binary of KenLM of a machine with another byte order')
  if (type >= kinds.length) throw new Error(`it is a binary of KenLM of an unknown type (${type})`)
  const kind = kinds[type]
  if (kind === 'rest-probing')
    throw new Error('it is a binary of KenLM with rest costs, which is not read; build it with `probing` or `trie`')
  if (order < 2) throw new Error(`it is of order ${order}; KenLM has orders from 2 on`)
  const counts = Array.from({ length: order }, (_, i) => Number(bytes.readBigUInt64LE(headBytes + i * 8)))
  return { kind, multiplier: bytes.readFloatLE(92), counts, end: Math.ceil((headBytes + order * 8) / 8) * 8 }
}

function readStart(path: string, bytes: Buffer): number {
  const fd = openSync(path, 'r')
  try {
    return readSync(fd, bytes, 0, bytes.length, 0)
  } finally {
    closeSync(fd)
  }
}

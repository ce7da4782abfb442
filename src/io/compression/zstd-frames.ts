import { Decompress } from 'fzstd'
import type { XXHash } from 'xxhash-wasm'
import { createXxh64 } from '../../util/hash.js'

const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a50
/** The decoder loses bits of longer distances. A larger window is no harm where the content does not reach beyond this. */
const largestWindow = 32n << 20n
/** `largestWindow` as a frame's header spells it. */
const largestWindowDescriptor = 15 << 3
const largestBlock = 128 << 10

/** Gives the next bytes of the input: so many, or fewer where it ends. They are valid until it is called again. */
export type TakeBytes = (count: number) => Uint8Array

/** Why zstd data cannot be read: it breaks its format, ends too early, or is sound and asks for too much. */
export class ZstdError extends Error {
  override readonly name = 'ZstdError'

  constructor(
    message: string,
    readonly kind: 'damaged' | 'cut_short' | 'unsupported' = 'damaged',
  ) {
    super(message)
  }
}

interface FrameHeader {
  readonly bytes: Uint8Array
  readonly hasChecksum: boolean
  readonly contentSize: bigint | undefined
  /** How far back the frame may refer. */
  readonly window: bigint
}

/**
 * The content of zstd data of any number of frames, a block of at most 128 KiB at a time, so that what is in
 * memory does not depend on how much the data inflates to. Content sizes and checksums that frames carry are
 * checked.
 *
 * @throws {ZstdError} where the data is damaged, ends too early, or needs a larger window than can be read
 */
export function* decodeZstd(take: TakeBytes): Generator<Uint8Array> {
  for (let isFirst = true; ; isFirst = false) {
    const mark = take(4)
    if (mark.length === 0 && !isFirst) return
    if (mark.length < 4) throw new ZstdError('it ends within the mark of a frame', 'cut_short')
    const magic = viewOf(mark).getUint32(0, true)
    if (magic === frameMagic) yield* decodeFrame(readHeader(take), take)
    else if ((magic & 0xfffffff0) >>> 0 === skippableMagic) skipFrame(take)
    else throw new ZstdError(isFirst ? 'it does not begin with a zstd frame' : 'bytes that are no frame follow a frame')
  }
}

function* decodeFrame(header: FrameHeader, take: TakeBytes): Generator<Uint8Array> {
  const ready: Uint8Array[] = []
  const decoder = new Decompress(chunk => {
    if (chunk.length > 0) ready.push(chunk)
  })
  const hash = header.hasChecksum ? createXxh64() : undefined
  let size = 0n
  decoder.push(header.bytes)
  for (let isLast = false; !isLast; ) {
    const block = takeBlock(take)
    isLast = (block[0] & 1) === 1
    decode(decoder, block, isLast)
    for (const chunk of ready) {
      hash?.update(chunk)
      size += BigInt(chunk.length)
    }
    refuseLargeWindow(header.window, size)
    yield* ready
    ready.length = 0
  }
  if (header.contentSize !== undefined && size !== header.contentSize)
    throw new ZstdError(`a frame holds ${size} bytes where its header says ${header.contentSize}`)
  if (hash !== undefined) checkContent(hash, takeExactly(take, 4))
}

function decode(decoder: Decompress, block: Uint8Array, isLast: boolean): void {
  try {
    decoder.push(block, isLast)
  } catch (error) {
    // The decoder has words of its own for data that it foresaw; what JavaScript says tells nobody anything.
    const isForeseen = (error as Error).constructor === Error
    throw new ZstdError(isForeseen ? `a block is damaged (${(error as Error).message})` : 'a block is damaged')
  }
}

function checkContent(hash: XXHash<bigint>, stored: Uint8Array): void {
  if (Number(hash.digest() & 0xffffffffn) !== viewOf(stored).getUint32(0, true))
    throw new ZstdError('its content does not match the checksum that it carries')
}

/** Reads the header behind the mark; the decoder is told of no checksum, since it would only pass over it. */
function readHeader(take: TakeBytes): FrameHeader {
  const [descriptor] = takeExactly(take, 1)
  if ((descriptor & 8) !== 0) throw new ZstdError('the header of a frame sets a reserved bit')
  const isSingle = (descriptor & 32) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]
  const rest = takeExactly(take, (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes)
  const at = (isSingle ? 0 : 1) + dictionaryBytes
  const contentSize = sizeBytes === 0 ? undefined : littleEndian(rest.subarray(at)) + (sizeBytes === 2 ? 256n : 0n)
  const window = isSingle ? (contentSize ?? 0n) : windowOf(rest[0])
  refuseLargeWindow(window, contentSize ?? 0n)
  if (rest.subarray(at - dictionaryBytes, at).some(byte => byte !== 0))
    throw new ZstdError('it needs a dictionary to be decompressed; write it anew without one', 'unsupported')
  const bytes = new Uint8Array(5 + rest.length)
  viewOf(bytes).setUint32(0, frameMagic, true)
  bytes[4] = descriptor & ~4
  bytes.set(rest, 5)
  if (window > largestWindow) bytes[5] = largestWindowDescriptor
  return { bytes, hasChecksum: (descriptor & 4) !== 0, contentSize, window }
}

function windowOf(descriptor: number): bigint {
  const base = 1n << BigInt(10 + (descriptor >> 3))
  return base + (base / 8n) * BigInt(descriptor & 7)
}

function refuseLargeWindow(window: bigint, size: bigint): void {
  if (window <= largestWindow || size <= largestWindow) return
  const mebibytes = (bytes: bigint) => Math.ceil(Number(bytes) / (1 << 20))
  throw new ZstdError(
    `its zstd window is ${mebibytes(window)} MiB and at most ${mebibytes(largestWindow)} MiB can be read; write it anew with a smaller one: zstd -dc --long=31 FILE | zstd -o NEW`,
    'unsupported',
  )
}

function takeBlock(take: TakeBytes): Uint8Array {
  const head = takeExactly(take, 3).slice()
  const value = head[0] | (head[1] << 8) | (head[2] << 16)
  const kind = (value >> 1) & 3
  const size = value >> 3
  if (kind === 3 || size > largestBlock) throw new ZstdError('the header of a block is damaged')
  const content = takeExactly(take, kind === 1 ? 1 : size)
  const block = new Uint8Array(3 + content.length)
  block.set(head)
  block.set(content, 3)
  return block
}

function skipFrame(take: TakeBytes): void {
  const stepBytes = 1 << 20
  for (let left = viewOf(takeExactly(take, 4)).getUint32(0, true); left > 0; ) {
    const count = Math.min(left, stepBytes)
    takeExactly(take, count)
    left -= count
  }
}

function takeExactly(take: TakeBytes, count: number): Uint8Array {
  const bytes = take(count)
  if (bytes.length < count) throw new ZstdError('it ends within a frame', 'cut_short')
  return bytes
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (let at = bytes.length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at])
  return value
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

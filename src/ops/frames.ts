import type { ResolveContext } from '../core/operator.js'

const headBytes = 8

/** A signature of any length, in records of one byte. */
export interface Frame {
  readonly partitionIndex: number
  /** Of its sample. */
  readonly row: number
  /** Of its sample among those of all partitions, in the order of the input. */
  readonly number: number
  /** Valid until the next frame is read. */
  readonly body: Buffer
}

/** The records of a frame: its length, its row, its body. */
export function frameOf(row: number, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + body.length)
  frame.writeUInt32LE(body.length, 0)
  frame.writeUInt32LE(row, 4)
  frame.set(body, headBytes)
  return frame
}

/** Reads the frames of all partitions in the order of the input. */
export async function eachFrame(
  context: Pick<ResolveContext, 'signatures' | 'progress'>,
  take: (frame: Frame) => void | Promise<void>,
): Promise<void> {
  let kept = Buffer.alloc(0)
  let number = 0
  for await (const { partitionIndex, records } of context.signatures()) {
    context.progress?.()
    const bytes = kept.length === 0 ? asBuffer(records) : Buffer.concat([kept, records])
    let at = 0
    while (at + headBytes <= bytes.length) {
      const end = at + headBytes + bytes.readUInt32LE(at)
      if (end > bytes.length) break
      const body = bytes.subarray(at + headBytes, end)
      const pending = take({ partitionIndex, row: bytes.readUInt32LE(at + 4), number: number++, body })
      if (pending !== undefined) await pending
      at = end
    }
    kept = Buffer.from(bytes.subarray(at))
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

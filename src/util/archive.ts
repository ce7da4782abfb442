import { gunzipSync, inflateRawSync } from 'node:zlib'

/** A file in an archive; `read` unpacks it. */
export interface ArchiveMember {
  readonly name: string
  readonly sizeBytes: number
  read(): Buffer
}

/**
 * The files of a tar archive, plain or gzipped, in its order.
 *
 * @throws {Error} where the archive is broken
 */
export function readTar(archive: Buffer): ArchiveMember[] {
  const bytes = archive[0] === 0x1f && archive[1] === 0x8b ? gunzipSync(archive) : archive
  const members: ArchiveMember[] = []
  let longName: string | undefined
  for (let at = 0; at + 512 <= bytes.length; ) {
    const header = bytes.subarray(at, at + 512)
    if (header[0] === 0) break
    if (!hasChecksum(header)) throw new Error('not a tar archive')
    const sizeBytes = Number.parseInt(field(header, 124, 12), 8) || 0
    const start = at + 512
    if (start + sizeBytes > bytes.length) throw new Error('the tar archive ends too early')
    const content = bytes.subarray(start, start + sizeBytes)
    const type = String.fromCharCode(header[156])
    if (type === 'L') longName = content.toString('utf8').replace(/\0.*$/s, '')
    else if (type === 'x') longName = paxPath(content) ?? longName
    else {
      const prefix = field(header, 345, 155)
      const name = longName ?? (prefix === '' ? field(header, 0, 100) : `${prefix}/${field(header, 0, 100)}`)
      if (type === '0' || type === '\0' || type === '7') members.push({ name, sizeBytes, read: () => content })
      longName = undefined
    }
    at = start + Math.ceil(sizeBytes / 512) * 512
  }
  if (bytes.length < 512) throw new Error('not a tar archive')
  return members
}

function field(header: Buffer, start: number, length: number): string {
  return header
    .toString('utf8', start, start + length)
    .replace(/[\0].*$/s, '')
    .trim()
}

function hasChecksum(header: Buffer): boolean {
  let sum = 0
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i]
  return sum === Number.parseInt(field(header, 148, 8), 8)
}

function paxPath(content: Buffer): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString('utf8'))?.[1]
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50

/**
 * The files of a zip archive, in the order of its directory.
 *
 * @throws {Error} where the archive is broken
 */
export function readZip(archive: Buffer): ArchiveMember[] {
  let end = archive.length - 22
  while (end >= 0 && archive.readUInt32LE(end) !== endSignature) end--
  if (end < 0) throw new Error('not a zip archive')
  const members: ArchiveMember[] = []
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== entrySignature) throw new Error('the directory of the zip archive is broken')
    const method = archive.readUInt16LE(at + 10)
    const packedBytes = archive.readUInt32LE(at + 20)
    const sizeBytes = archive.readUInt32LE(at + 24)
    const nameLength = archive.readUInt16LE(at + 28)
    const local = archive.readUInt32LE(at + 42)
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength)
    members.push({ name, sizeBytes, read: () => unpack(archive, { local, packedBytes, method }) })
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return members
}

interface ZipEntry {
  readonly local: number
  readonly packedBytes: number
  readonly method: number
}

function unpack(archive: Buffer, { local, packedBytes, method }: ZipEntry): Buffer {
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const packed = archive.subarray(start, start + packedBytes)
  if (method === 0) return packed
  if (method === 8) return inflateRawSync(packed)
  throw new Error(`zip method ${method} is not supported`)
}

import { closeSync, readSync } from 'node:fs'
import { openForReading } from '../byte-source.js'
import { InputError } from '../input-error.js'
import type { FileFormat } from './formats.js'

const headBytes = 256

/** What the first bytes of a file show it to be, where they do. */
export type ContentKind =
  | 'gzip'
  | 'zstd'
  | 'bzip2'
  | 'xz'
  | 'lz4'
  | 'zip'
  | 'parquet'
  | 'encrypted parquet'
  | 'arrow'
  | 'sqlite'
  | 'utf-16'
  | 'utf-32'
  | 'lfs pointer'
  | 'annex pointer'
  | 'web page'

const marks: readonly (readonly [kind: ContentKind, mark: string])[] = [
  ['gzip', '\x1f\x8b'],
  ['zstd', '\x28\xb5\x2f\xfd'],
  ['bzip2', 'BZh'],
  ['xz', '\xfd7zXZ\0'],
  ['lz4', '\x04\x22\x4d\x18'],
  ['zip', 'PK\x03\x04'],
  ['parquet', 'PAR1'],
  ['encrypted parquet', 'PARE'],
  ['arrow', 'ARROW1'],
  ['sqlite', 'SQLite format 3\0'],
  ['utf-32', '\xff\xfe\0\0'],
  ['utf-32', '\0\0\xfe\xff'],
  ['utf-16', '\xff\xfe'],
  ['utf-16', '\xfe\xff'],
  ['lfs pointer', 'version https://git-lfs.github.com/spec/'],
  ['annex pointer', '/annex/objects/'],
]

/** Reads off the first bytes what a file holds; undefined where it may be plain text, or anything else. */
export function contentKind(head: Buffer): ContentKind | undefined {
  const text = head.toString('latin1')
  const found = marks.find(([, mark]) => text.startsWith(mark))
  if (found !== undefined) return found[0]
  if (/^\s*<(!doctype html|html[\s>])/i.test(text)) return 'web page'
  // Text in two bytes a character, without a mark in front: every other byte is NUL.
  return /^(?:[\t\n\r -~]\0){4}|^(?:\0[\t\n\r -~]){4}/.test(text) ? 'utf-16' : undefined
}

const remedies: Readonly<Record<ContentKind, string>> = {
  gzip: 'holds gzip data under a plain name; let its name end in .gz',
  zstd: 'holds zstd data under a plain name; let its name end in .zst',
  bzip2: 'holds bzip2 data; unpack it first, or write it anew with gzip or zstd',
  xz: 'holds xz data; unpack it first, or write it anew with gzip or zstd',
  lz4: 'holds LZ4 data; unpack it first, or write it anew with gzip or zstd',
  zip: 'is a zip archive (also what Excel and Word write); unpack it, or save the table as CSV',
  parquet: 'holds Parquet; let its name end in .parquet',
  'encrypted parquet': 'holds encrypted Parquet, which cannot be read; write it anew without encryption',
  arrow: 'holds Arrow data; let its name end in .arrow',
  sqlite: 'is an SQLite database; export its table as CSV or Parquet',
  'utf-16': 'is text in UTF-16 (as Windows writes it); write it anew in UTF-8: iconv -f UTF-16 -t UTF-8 FILE > NEW',
  'utf-32': 'is text in UTF-32; write it anew in UTF-8: iconv -f UTF-32 -t UTF-8 FILE > NEW',
  'lfs pointer': 'is the pointer of a file in Git LFS, not the file itself; fetch it: git lfs pull',
  'annex pointer': 'is the pointer of a file in git-annex, not the file itself; fetch it: git annex get',
  'web page': 'is a web page, perhaps an error or a login in place of the data; fetch the file again',
}

/** What a file of a format and compression begins with; undefined where that is text. */
function expectedKind({ format, compression }: FileFormat): ContentKind | undefined {
  if (compression !== 'none') return compression
  return format === 'parquet' || format === 'arrow' ? format : undefined
}

/**
 * Refuses a file that its first bytes show to be of another kind than its name says.
 *
 * @throws {InputError} with what it is and what to do
 */
export function refuseWrongKind(path: string, format: FileFormat): void {
  const head = readHead(path)
  const kind = contentKind(head)
  const expected = expectedKind(format)
  if (kind === expected || head.length === 0) return
  if (kind === undefined) {
    // An Arrow stream has no mark of its own, and of Parquet the reader tells more; zstd may begin with a frame to be skipped.
    if (expected === 'arrow' || expected === 'parquet' || isSkippableFrame(head, expected)) return
    throw new InputError(
      'wrong_kind',
      `${path}: its name says ${expected}, and it holds none; let its name end in what it holds, or fetch it again`,
      { path },
    )
  }
  if (kind === 'web page' && format.format === 'text') return
  throw new InputError('wrong_kind', `${path} ${remedies[kind]}`, { path })
}

function isSkippableFrame(head: Buffer, expected: ContentKind | undefined): boolean {
  return expected === 'zstd' && head.length >= 4 && (head.readUInt32LE(0) & 0xfffffff0) >>> 0 === 0x184d2a50
}

function readHead(path: string): Buffer {
  const fd = openForReading(path)
  try {
    const head = Buffer.alloc(headBytes)
    return head.subarray(0, readSync(fd, head, 0, headBytes, 0))
  } finally {
    closeSync(fd)
  }
}

import { basename, dirname, join } from 'node:path'

const compressions = /\.(gz|zst|bz2|xz|lz4|snappy)$/i
const suffix = /(?<=[^/])\.[^./]+$/

/** A path without its suffixes: that of a compression, if there is one, and one more (`a/x.jsonl.gz` → `a/x`). */
export function withoutSuffixes(path: string): string {
  const name = basename(path).replace(compressions, '').replace(suffix, '')
  const folder = dirname(path)
  return folder === '.' ? name : join(folder, name)
}

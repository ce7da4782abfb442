import { existsSync, readFileSync } from 'node:fs'
import type { DatasetCut } from '../../core/partition.js'
import { writeFileAtomically } from '../../util/durable-file.js'
import { canonicalJson } from '../../util/hash.js'

/** The cut that a job keeps, with the settings that it was made under. */
export interface PinnedCut {
  readonly settings: string
  readonly cut: DatasetCut
}

/** The cut pinned in a job directory; one made under other settings does not count. */
export function readPinnedCut(path: string, settings: unknown): PinnedCut | undefined {
  if (!existsSync(path)) return undefined
  const pinned = JSON.parse(readFileSync(path, 'utf8')) as PinnedCut
  return pinned.settings === canonicalJson(settings) ? pinned : undefined
}

export function writePinnedCut(path: string, settings: unknown, cut: DatasetCut): void {
  writeFileAtomically(path, JSON.stringify({ settings: canonicalJson(settings), cut } satisfies PinnedCut))
}

import type { DatasetCut } from '../../../core/partition.js'
import type { JobDirectory } from '../../../state/job-directory.js'
import type { OwnFile } from '../../../state/own-file.js'
import { canonicalJson } from '../../../util/hash.js'

/** The cut that a job keeps, with the settings that it was made under. */
export interface PinnedCut {
  readonly settings: string
  readonly cut: DatasetCut
}

/** The cut that a job pinned; one made under other settings does not count, and neither does one that was damaged: it is made again. */
export function usableCut(pinned: OwnFile<PinnedCut>, settings: unknown): PinnedCut | undefined {
  if (pinned.kind !== 'read') return undefined
  return pinned.content.settings === canonicalJson(settings) ? pinned.content : undefined
}

export function writePinnedCut(
  directory: JobDirectory,
  { settings, cut, writer }: { readonly settings: unknown; readonly cut: DatasetCut; readonly writer: string },
): void {
  directory.write(directory.cut, { settings: canonicalJson(settings), cut } satisfies PinnedCut, writer)
}

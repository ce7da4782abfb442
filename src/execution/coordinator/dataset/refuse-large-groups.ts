import { InputError } from '../../../io/input-error.js'
import type { SurveyedFile } from '../../../planning/cut-file.js'

/** What a worker takes before it has read anything. */
const idleBytes = 64_000_000

/**
 * A row group is in memory as a whole while it is read, so that one which a worker cannot hold would end worker after
 * worker. Its footer says how large it is.
 *
 * @throws {InputError} that names file and row group, and what to do
 */
export function refuseLargeGroups(surveyed: readonly SurveyedFile[], memoryMb: number): void {
  const most = memoryMb * 1_000_000 - idleBytes
  for (const { file, survey } of surveyed) {
    if (survey.kind !== 'groups') continue
    const index = survey.groups.findIndex(({ sizeBytes }) => sizeBytes > most)
    if (index < 0) continue
    const megabytes = Math.ceil(survey.groups[index].sizeBytes / 1_000_000)
    const what = file.format === 'parquet' ? 'row group' : 'record batch'
    throw new InputError(
      'unsupported',
      `${file.path}: ${what} ${index} holds ${megabytes} MB, which a worker with ${memoryMb} MB cannot hold: write the file with smaller ${what}s, or set worker.memory_mb to ${megabytes * 2} or more`,
      { path: file.path },
    )
  }
}

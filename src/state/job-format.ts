import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../util/durable-file.js'
import { listIfThere } from '../util/remove.js'

/**
 * Raised whenever what lies in a job directory changes its form or meaning; `metadata/format` says which a job has. 3 and 4 are
 * read and become 5: since 4, paths may be on record by roots; since 5, the cut of a recipe and the sources of a pipeline are
 * pinned as files of lines, and nothing repeats them.
 */
export const jobFormat = 5

/** The job was begun by a build whose files this one does not read. */
export class JobFormatError extends Error {
  override readonly name = 'JobFormatError'
  readonly code = 'job_format'
}

/** Puts the format of a new job on record. */
export function writeFormat(metadata: string, version: string, writer: string): void {
  writeFileAtomically(join(metadata, 'format'), `${jobFormat} (Pawl ${version})\n`, writer)
}

/**
 * Makes sure that a job directory has the form that this build reads and writes. A damaged or lost `format` file
 * is taken for the current one where the ledger has this build's form, as its segments carry the number too.
 *
 * @returns false where it has to be written (again)
 * @throws {JobFormatError} with the version that can finish the job
 */
export function checkFormat(jobDir: string): boolean {
  const metadata = join(jobDir, 'metadata')
  const text = readIfThere(join(metadata, 'format'))
  const match = text === undefined ? null : /^(\d+) \(Pawl ([^)\n]{1,40})\)\n$/.exec(text)
  if (match !== null && Number(match[1]) === jobFormat) return true
  if (match !== null && Number(match[1]) > jobFormat) throw refusal(jobDir, Number(match[1]), match[2])
  const ledger = listIfThere(join(metadata, 'ledger'))
  if (ledger.some(name => name.endsWith('.mdb')) && !ledger.some(name => name.endsWith('.segment')))
    throw refusal(jobDir, 1, '0.1.0')
  return false
}

function refusal(jobDir: string, format: number, version: string): JobFormatError {
  return new JobFormatError(
    `the job in ${jobDir} was begun by Pawl ${version} and has format ${format}, this version has format ${jobFormat}: finish it with ` +
      `that version (npx pawl@${version} resume ${jobDir}), or begin another one with --job_id NEW; nothing was changed`,
  )
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
    throw error
  }
}

import { readFileSync } from 'node:fs'
import { SampleError } from '../../core/sample-error.js'
import { type ArchiveMember, readTar, readZip } from '../../util/archive.js'
import { defineMapper } from '../define.js'
import { int, text } from '../params.js'

/** Joins the LaTeX sources of an archive to one text (Data-Juicer). */
export const latexMergeTexMapper = defineMapper({
  name: 'latex_merge_tex_mapper',
  summary: 'Joins the LaTeX sources of an archive to one text.',
  params: {
    compressed_file_key: text('compressed_file').describe('Field with the path of a .tar, .tar.gz, .tgz or .zip file.'),
    separator: text('\n\n').describe('What stands between two sources.'),
    max_file_size: int(50 * 1024 * 1024).describe('Largest source in bytes; larger ones are left out. 0 for no limit.'),
    max_total_size: int(100 * 1024 * 1024).describe('Bytes of all sources; the rest is left out. 0 for no limit.'),
  },
  example: {
    params: { separator: '\n% ---\n' },
    cases: [
      { before: { compressed_file: 'paper.tar.gz' }, after: [{ text: '\\section{Ropes}\n% ---\n\\section{Knots}' }] },
    ],
  },
  create(params, { textKey }) {
    const key = params.compressed_file_key ?? ''
    const limits = { file: params.max_file_size || Infinity, total: params.max_total_size || Infinity }
    return {
      map(sample) {
        const path = sample.get([key])
        if (typeof path !== 'string') throw new SampleError('bad_value', `field "${key}" holds no path of an archive`)
        sample.set([textKey], sourcesOf(path, limits).join(params.separator ?? ''))
      },
    }
  },
})

/** The sources in the order of the archive. An archive that cannot be read has none, as in Data-Juicer. */
function sourcesOf(path: string, limits: { file: number; total: number }): string[] {
  try {
    return collect(membersOf(path), limits)
  } catch {
    // Whatever is wrong with one archive (missing, truncated, encrypted), the dataset goes on without its text.
    return []
  }
}

function membersOf(path: string): ArchiveMember[] {
  if (/\.zip$/i.test(path)) return readZip(readFileSync(path))
  return /\.(?:tar|tar\.gz|tgz)$/i.test(path) ? readTar(readFileSync(path)) : []
}

function collect(members: readonly ArchiveMember[], limits: { file: number; total: number }): string[] {
  const sources: string[] = []
  let total = 0
  for (const member of members) {
    if (!member.name.endsWith('.tex') || member.sizeBytes > limits.file) continue
    if (total + member.sizeBytes > limits.total) break
    const bytes = member.read()
    total += bytes.length
    sources.push(bytes.toString('utf8'))
  }
  return sources
}

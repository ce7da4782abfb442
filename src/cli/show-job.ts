import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { UsageError } from '../core/usage-error.js'
import { findJob } from '../jobs/find-job.js'
import { JobDirectory } from '../state/job-directory.js'
import { plural } from '../util/format.js'
import { nearestName } from '../util/nearest.js'
import { listIfThere } from '../util/remove.js'
import type { ShowJobOptions } from './show.js'
import { type Example, exampleText } from './show-example.js'
import { paintFor } from './terminal.js'

/** A file of examples: what one operator did, or what was set aside. */
interface Shown {
  readonly title: string
  readonly name: string
  readonly kind: Example['kind']
  readonly path: string
}

/** Shows the examples of a job, in a pager where a person looks. */
export async function showJob(job: string, options: ShowJobOptions): Promise<void> {
  const jobDir = findJob(job, options.work_dir)
  const files = choose(jobDir, options)
  const paint = paintFor(process.stdout)
  const parts = files.flatMap(({ title, kind, path }) => {
    const entries = readEntries(path)
    if (options.json) return entries.map(entry => JSON.stringify(entry))
    const head = paint('bold', `${title}, ${plural(entries.length, 'example')}`)
    return [head, '', ...entries.map((entry, index) => exampleText({ kind, entry, number: index + 1 }, paint)), '']
  })
  await page(`${parts.join('\n').trimEnd()}\n`)
}

function choose(jobDir: string, { changed, dropped, quarantine, json: _ }: ShowJobOptions): Shown[] {
  if ([changed, dropped, quarantine].filter(Boolean).length > 1)
    throw new UsageError('give one of --changed, --dropped and --quarantine')
  const traced = tracesOf(jobDir)
  const aside = quarantineOf(jobDir)
  if (quarantine) {
    if (aside.length === 0) throw new UsageError(`job ${basename(jobDir)} has set nothing aside`)
    return aside
  }
  if (changed !== undefined) return [named(jobDir, traced, { name: changed, what: 'changed' })]
  if (dropped !== undefined) return [named(jobDir, traced, { name: dropped, what: 'dropped' })]
  if (traced.length + aside.length === 0) throw nothingTraced(jobDir)
  return [...traced, ...aside]
}

/** The examples of what an operator did. */
function named(
  jobDir: string,
  traced: readonly Shown[],
  { name, what }: { readonly name: string; readonly what: 'changed' | 'dropped' },
): Shown {
  const among = traced.filter(({ kind }) => (kind === 'changed') === (what === 'changed'))
  const found = among.find(one => one.name === name)
  if (found !== undefined) return found
  if (traced.length === 0) throw nothingTraced(jobDir)
  const names = among.map(one => one.name)
  const nearest = nearestName(name, names)
  const hint =
    nearest === undefined ? `; there are of ${names.join(', ') || 'no operator'}` : `; did you mean "${nearest}"?`
  throw new UsageError(`job ${basename(jobDir)} has no examples of samples that ${name} ${what}${hint}`)
}

function nothingTraced(jobDir: string): UsageError {
  return new UsageError(
    `job ${basename(jobDir)} was not traced: run its recipe again with --open_tracer true, which redoes nothing else`,
  )
}

function tracesOf(jobDir: string): Shown[] {
  const folder = join(jobDir, 'trace')
  return listIfThere(folder)
    .sort()
    .flatMap((file): Shown[] => {
      const [, kind, name] = /^(\w+?)-(.+)\.jsonl$/.exec(file) ?? []
      if (name === undefined) return []
      const shown = kind === 'mapper' ? 'changed' : kind === 'filter' ? 'dropped' : 'duplicate'
      return [
        {
          title: `${shown === 'changed' ? 'Changed' : 'Dropped'} by ${name}`,
          name,
          kind: shown,
          path: join(folder, file),
        },
      ]
    })
}

function quarantineOf(jobDir: string): Shown[] {
  const path = join(new JobDirectory(jobDir).quarantine, 'quarantine.jsonl')
  return existsSync(path) && readEntries(path).length > 0
    ? [{ title: 'Set aside', name: 'quarantine', kind: 'quarantine', path }]
    : []
}

function readEntries(path: string): Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>)
}

/** Writes text, through the pager of the user where it goes to a terminal and is longer than that. */
async function page(text: string): Promise<void> {
  const { stdout } = process
  const rows = text.split('\n').length
  if (!stdout.isTTY || rows < stdout.rows) {
    stdout.write(text)
    return
  }
  const pager = spawn(process.env['PAGER'] || 'less', [], {
    stdio: ['pipe', 'inherit', 'inherit'],
    shell: true,
    env: { LESS: 'FRX', ...process.env },
  })
  pager.stdin.on('error', () => {})
  pager.stdin.end(text)
  const [code] = (await once(pager, 'close')) as [number]
  // There is no such program.
  if (code === 127) stdout.write(text)
}

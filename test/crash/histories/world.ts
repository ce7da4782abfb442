import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expectedExport } from '../oracle.mjs'

/** An operator of a recipe: its name and its parameters. */
export type Step = readonly [string, Record<string, unknown>?]

/** Files that belong to the user, next to everything that a job writes. */
const mine: Readonly<Record<string, string>> = {
  'notes.md': 'my notes\n',
  'out/notes.md': 'beside the export\n',
  'out/.pawl-tmp-other-1-0badcafe.01234567.theirs.jsonl': 'another job stages this\n',
  'jobs/notes.md': 'beside the jobs\n',
  'jobs/other/metadata/recipe.yaml': 'another job\n',
  'jobs/job/mine.txt': 'in the job directory\n',
  'jobs/job/checkpoints/mine.parquet': 'no checkpoint\n',
  'jobs/job/quarantine/mine.jsonl': 'no quarantine\n',
}

/** A folder with input, the user's own files and a job, and what the job's result has to be. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'pawl-history-'))
  readonly settings: Record<string, unknown> = {
    dataset_path: this.path('data'),
    export_path: this.path('out', 'result.jsonl'),
    work_dir: this.path('jobs'),
    job_id: 'job',
    np: 1,
    'partition.mode': 'manual',
    'partition.num_of_partitions': 3,
    'checkpoint.strategy': 'every_op',
    'worker.retry_delay_s': 0.01,
    max_quarantine_ratio: 1,
  }
  process: readonly Step[] = []
  /** Something of the job was damaged at some time, and may be found out later only, when it is asked for. */
  isDamaged = false
  /** What the user wrote into exports; it has to be set aside, whatever becomes of the rest. */
  readonly edited: string[] = []

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  get jobDir(): string {
    return this.path('jobs', 'job')
  }

  /** Puts the user's own files there: those in the job's directory once there is one, as a folder of strangers would be refused. */
  putMine(): void {
    for (const [name, content] of Object.entries(mine)) {
      const path = this.path(name)
      if (name.startsWith('jobs/job/') && !existsSync(join(this.jobDir, 'metadata', 'format'))) continue
      if (existsSync(path)) continue
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, content)
    }
  }

  /** Files of the user that are gone or changed. */
  harmed(): string[] {
    return Object.entries(mine)
      .filter(([name]) => !name.startsWith('jobs/job/') || this.#wasPut.has(name))
      .filter(([name, content]) => !existsSync(this.path(name)) || readFileSync(this.path(name), 'utf8') !== content)
      .map(([name]) => name)
  }

  readonly #wasPut = new Set<string>()

  /** Remembers which of the user's files lie in the job directory from now on. */
  notePut(): void {
    for (const name of Object.keys(mine)) if (existsSync(this.path(name))) this.#wasPut.add(name)
  }

  /** Edits of exports of which nothing is left. */
  lostEdits(): string[] {
    const texts = readdirSync(this.path('out'), { withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => readFileSync(join(this.path('out'), entry.name), 'utf8'))
    return this.edited.filter(edit => !texts.some(text => text.includes(edit)))
  }

  /** Temporaries that processes of the job left behind. */
  leftovers(): string[] {
    return [this.jobDir, this.path('out')].flatMap(folder =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
        name => /\.pawl-(tmp|displaced)-/.test(name) && !name.includes('other-1'),
      ),
    )
  }

  writeData(name: string, lines: readonly string[]): void {
    mkdirSync(this.path('data'), { recursive: true })
    const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''))
    writeFileSync(this.path('data', name), name.endsWith('.gz') ? gzipSync(bytes) : bytes)
  }

  dataFiles(): string[] {
    return existsSync(this.path('data')) ? readdirSync(this.path('data')).sort() : []
  }

  touch(name: string, at: number): void {
    utimesSync(this.path('data', name), new Date(at), new Date(at))
  }

  /** The recipe as a file has it. */
  writeRecipe(): string {
    const recipe: Record<string, unknown> = {
      process: this.process.map(([name, params]) => ({ [name]: params ?? null })),
    }
    for (const [key, value] of Object.entries(this.settings)) {
      const [section, name] = key.split('.')
      if (name === undefined) recipe[key] = value
      else recipe[section] = { ...(recipe[section] as object | undefined), [name]: value }
    }
    const path = this.path('recipe.yaml')
    writeFileSync(path, JSON.stringify(recipe))
    return path
  }

  expected(): { bytes: Buffer; setAside: number } {
    return expectedExport(this.path('data'), this.process)
  }

  /** All bytes of the export, of a folder those of its shards in order; undefined where there is none. */
  exported(): Buffer | undefined {
    const path = String(this.settings['export_path'])
    if (Number(this.settings['export_shard_size'] ?? 0) === 0) return existsSync(path) ? readFileSync(path) : undefined
    const folder = path.replace(/\.jsonl$/, '')
    if (!existsSync(folder)) return undefined
    return Buffer.concat(
      readdirSync(folder)
        .sort()
        .map(name => readFileSync(join(folder, name))),
    )
  }

  quarantined(): number {
    const path = join(this.jobDir, 'quarantine', 'quarantine.jsonl')
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0
  }

  /** The events of all runs so far that are whole, in order. */
  logged(): LoggedEvent[] {
    const names = existsSync(this.jobDir) ? readdirSync(this.jobDir).filter(name => name.startsWith('events_')) : []
    return names.sort().flatMap(name =>
      readFileSync(join(this.jobDir, name), 'utf8')
        .split('\n')
        .flatMap(line => parseLine(line)),
    )
  }

  /** Files of the job that may be damaged, in order; the user's own among them are left alone. */
  jobFiles(): string[] {
    if (!existsSync(this.jobDir)) return []
    return readdirSync(this.jobDir, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && !entry.name.startsWith('mine.'))
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export interface LoggedEvent {
  readonly event_type: string
  readonly partition: string
  readonly from_op: number
  readonly to_op: number
}

/** A line that a crash or damage cut short is no event. */
function parseLine(line: string): LoggedEvent[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as LoggedEvent]
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

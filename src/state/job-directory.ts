import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { UsageError } from '../core/usage-error.js'
import { makeFolderDurably } from '../util/durable-file.js'
import { listIfThere } from '../util/remove.js'
import type { Roots } from '../util/roots.js'
import { writerOf } from '../util/staging.js'
import { describeOwner } from '../util/whose.js'
import { type OwnFile, readOwnFile, writeOwnFile } from './own-file.js'
import { asRoots, readRoots } from './recorded-roots.js'
import { rememberedWorkDirs } from './work-dirs.js'

/** Where a job keeps what: `{work_dir}/{job_id}/` and the folders in it. */
export class JobDirectory {
  readonly checkpoints: string
  readonly partitions: string
  readonly quarantine: string
  readonly logs: string
  readonly metadata: string
  readonly ledger: string
  readonly leases: string
  readonly epochs: string
  readonly claims: string
  readonly winners: string
  readonly operators: string
  /** What its processes say of themselves, one file each. */
  readonly status: string
  readonly summary: string
  readonly plan: string
  /** The pinned cut of a recipe's dataset, or the sources of a pipeline, as a file of lines. */
  readonly cutLines: string
  /** Where builds before format 5 pinned them. */
  readonly oldCut: string
  readonly recipe: string
  readonly recipeYaml: string
  readonly exports: string
  /** Where the named folders were on the host that opened it last; only jobs that name some have it. */
  readonly rootsFile: string
  /** What a pipeline consists of; jobs of recipes have none. */
  readonly pipeline: string

  #roots: Roots | undefined

  /** @param roots what its records name paths by; those on record where nothing is said */
  constructor(
    readonly path: string,
    roots?: Roots,
  ) {
    this.#roots = roots
    this.checkpoints = join(path, 'checkpoints')
    this.partitions = join(path, 'partitions')
    this.quarantine = join(path, 'quarantine')
    this.logs = join(path, 'logs')
    this.metadata = join(path, 'metadata')
    this.ledger = join(path, 'metadata', 'ledger')
    this.leases = join(path, 'metadata', 'leases')
    this.epochs = join(path, 'metadata', 'epochs')
    this.claims = join(path, 'metadata', 'claims')
    this.winners = join(path, 'metadata', 'winners')
    this.operators = join(path, 'metadata', 'operators')
    this.status = join(path, 'metadata', 'status')
    this.summary = join(path, 'job_summary.json')
    this.plan = join(path, 'dag_execution_plan.json')
    this.cutLines = join(path, 'partitions', 'cut.jsonl')
    this.oldCut = join(path, 'partitions', 'cut.json')
    this.recipe = join(path, 'metadata', 'recipe.json')
    this.recipeYaml = join(path, 'metadata', 'recipe.yaml')
    this.exports = join(path, 'metadata', 'exports.json')
    this.rootsFile = join(path, 'metadata', 'roots.json')
    this.pipeline = join(path, 'metadata', 'pipeline.json')
  }

  get roots(): Roots {
    this.#roots ??= asRoots(readRoots(this.rootsFile, process.env), this.path)
    return this.#roots
  }

  /** Reads one of its files, with paths as they are on this host. */
  read<T>(path: string): OwnFile<T> {
    const found = readOwnFile<T>(path)
    return found.kind === 'read' ? { ...found, content: this.roots.allHere(found.content) } : found
  }

  /** Writes one of its files, with paths as they are put on record. */
  write(path: string, content: unknown, writer: string): void {
    writeOwnFile(path, this.roots.allRecorded(content), writer)
  }

  /** All folders of the job's own, its metadata first, as they tell whose directory it is. */
  get folders(): readonly string[] {
    return [
      this.path,
      this.metadata,
      this.ledger,
      this.leases,
      this.epochs,
      this.claims,
      this.winners,
      this.operators,
      this.status,
      this.checkpoints,
      this.partitions,
      this.quarantine,
      this.logs,
    ]
  }

  make(): void {
    for (const folder of this.folders) makeFolderDurably(folder)
  }
}

/** What a job's name stands for before the job begins. */
export type JobPlace =
  | { readonly kind: 'free' }
  | { readonly kind: 'job' }
  | { readonly kind: 'occupied'; readonly by: string }

const ownNames = /^(metadata|checkpoints|partitions|quarantine|logs|trace|job_summary\.json|dag_execution_plan\.json)$/
const ownEvents = /^events_\d{8}_\d{6}_\d{3}\.jsonl(\.\d+)?$/
/** `input_manifest.json` is of builds before format 5. */
const ownMetadata =
  /^(format|ledger|leases|epochs|claims|winners|operators|status|recipe\.json|recipe\.yaml|input_manifest\.json|exports\.json|roots\.json|pipeline\.json|shards\.json)(\.damaged-[0-9a-f]{8})?$/

/**
 * Looks at a folder that is to become, or is, a job directory. It is one only where its `metadata/` is a job's; a
 * folder without it may become one where nothing lies in it but names of a job, and `mayGo` where that may be
 * replaced. Changes nothing.
 */
export function examineJobPlace(jobDir: string, mayGo: string | undefined): JobPlace {
  if (!existsSync(jobDir)) return { kind: 'free' }
  if (!statSync(jobDir).isDirectory()) return { kind: 'occupied', by: jobDir }
  const metadata = listIfThere(join(jobDir, 'metadata'))
  const own = metadata.filter(name => ownMetadata.test(name))
  if (own.length > 0) return { kind: 'job' }
  const stranger = metadata.find(name => writerOf(name) === undefined)
  if (stranger !== undefined) return { kind: 'occupied', by: join('metadata', stranger) }
  const names = readdirSync(jobDir)
  const isOwn = (name: string) => ownNames.test(name) || ownEvents.test(name) || writerOf(name) !== undefined
  const other = names.find(name => !isOwn(name) && name !== mayGo)
  return other === undefined ? { kind: 'free' } : { kind: 'occupied', by: other }
}

/**
 * Finds a job by id or path: the path itself, `workDir/id`, or a folder of that name up to three levels
 * below `./outputs` or in a work dir that this user worked in.
 *
 * @returns every match, so that the caller can refuse an ambiguous id
 */
export function findJobs(job: string, workDir: string | undefined): string[] {
  if (isJob(job)) return [resolve(job)]
  if (workDir !== undefined) return isJob(join(workDir, job)) ? [resolve(workDir, job)] : []
  refuseClosed(resolve(job))
  const named = (paths: readonly string[]) => paths.filter(path => basename(path) === job)
  const near = named(jobsBelow(resolve('outputs'), 3))
  return near.length > 0 ? near : named(rememberedWorkDirs().flatMap(jobsIn))
}

/** Folders of the jobs of a work dir. */
export function jobsIn(workDir: string): string[] {
  if (statSync(workDir, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return listIfThere(workDir)
    .map(name => join(workDir, name))
    .filter(isJob)
}

/** Ids of all jobs below `./outputs` and in the work dirs that this user worked in. */
export function findAllJobs(): string[] {
  return knownJobs().map(path => basename(path))
}

/** Folders of all jobs below `./outputs` and in the work dirs that this user worked in. */
export function knownJobs(): string[] {
  return [...new Set([...jobsBelow(resolve('outputs'), 3), ...rememberedWorkDirs().flatMap(jobsIn)])]
}

/** True for a folder with the record of a recipe that was run there, whatever else of the job was lost. */
function isJob(folder: string): boolean {
  return ['recipe.json', 'recipe.yaml', 'pipeline.json'].some(name => isThere(join(folder, 'metadata', name)))
}

/** As far as this user may look. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') return false
    throw error
  }
}

/** @throws {UsageError} where something is at a path that this user may not look into */
function refuseClosed(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) readdirSync(join(path, 'metadata'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES') throw new UsageError(describeOwner(path, 'read'))
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ELOOP') throw error
  }
}

function jobsBelow(folder: string, depth: number): string[] {
  return entriesOf(folder).flatMap(entry => {
    if (!entry.isDirectory()) return []
    const path = join(folder, entry.name)
    if (isJob(path)) return [path]
    return depth > 0 ? jobsBelow(path, depth - 1) : []
  })
}

/** Of a folder that is closed to this user, none: those beside it are found. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return []
    throw error
  }
}

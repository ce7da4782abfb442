import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Rig } from './rig.js'

/** A change that a run asked the file system for, and the moment from which it survives a power cut. */
interface Change {
  readonly kind: 'write' | 'name' | 'unname' | 'rename' | 'folder'
  readonly inode: number
  readonly path: string
  readonly to?: string
  readonly offset?: number
  readonly data?: Buffer
  /** Index of the event that made it durable; none, and it may be lost at any moment. */
  durableAt: number
}

/** A recorded run: its changes in order, each at the moment `index` at which it was asked for. */
export interface Recording {
  readonly changes: readonly (Change & { readonly index: number })[]
  readonly length: number
}

const calls = 'openat,lseek,write,writev,pwrite64,rename,link,unlink,mkdir,fsync,fdatasync'

/** Runs a job to its end under strace and records what it did to its folders, with the data. */
export async function record(rig: Rig): Promise<Recording> {
  const log = join(rig.folder, 'trace.log')
  const end = await rig.run(['strace', '-f', '-y', '-xx', '-s', '4000000', '-o', log, '-e', `trace=${calls}`])
  if (end.code !== 0) throw new Error(`the recorded run failed: ${end.output}`)
  const recorder = new Recorder(rig.folder)
  for (const call of parseTrace(readFileSync(log, 'latin1'))) recorder.note(call)
  return recorder.recording()
}

interface TracedCall {
  readonly name: string
  readonly args: string
  /** A call that others came in between has two lines: where it was made and where it came back. */
  readonly phase: 'made' | 'returned' | 'both'
}

function* parseTrace(log: string): Generator<TracedCall> {
  const pending = new Map<string, string>()
  for (const line of log.split('\n')) {
    const [, thread, resumed, begun, rest] = /^(\d+)\s+(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$/.exec(line) ?? []
    if (thread === undefined) continue
    if (resumed !== undefined) {
      if (/ = \d/.test(rest)) yield { name: resumed, args: `${pending.get(thread) ?? ''}${rest}`, phase: 'returned' }
    } else if (rest.endsWith('<unfinished ...>')) {
      const args = rest.slice(0, -'<unfinished ...>'.length)
      pending.set(thread, args)
      yield { name: begun, args, phase: 'made' }
    } else if (/ = \d/.test(rest)) yield { name: begun, args: rest, phase: 'both' }
  }
}

class Recorder {
  readonly #changes: (Change & { index: number })[] = []
  readonly #inodes = new Map<string, number>()
  readonly #sizes = new Map<number, number>()
  readonly #seeks = new Map<string, number>()
  #count = 0
  #nextInode = 1

  constructor(readonly root: string) {}

  recording(): Recording {
    return { changes: this.#changes, length: this.#count }
  }

  note({ name, args, phase }: TracedCall): void {
    this.#count++
    // A sync counts from when it came back, as does the opening of a file; every other call from when it was made.
    const countsOnReturn = name === 'fsync' || name === 'fdatasync' || name === 'openat'
    if (phase === (countsOnReturn ? 'made' : 'returned')) return
    const path = descriptorPath(args)
    if (name === 'openat') this.#open(args)
    else if (countsOnReturn) this.#sync(path ?? '')
    else if (name === 'mkdir') this.#add({ kind: 'folder', inode: 0, path: strings(args)[0] })
    else if (name === 'unlink') this.#unlink(strings(args)[0])
    else if (name === 'rename' || name === 'link') this.#move(name, strings(args))
    else if (name === 'lseek') this.#seeks.set(path ?? '', Number(/, (\d+), SEEK_SET/.exec(args)?.[1] ?? 0))
    else if (path !== undefined) this.#write(name, path, args)
  }

  #open(args: string): void {
    const [path] = strings(args)
    if (path === undefined || !this.#isInside(path)) return
    // A beat of the lease takes the place of the one before.
    if (args.includes('O_RDWR') && !args.includes('O_APPEND')) this.#seeks.set(path, 0)
    if (!args.includes('O_CREAT') || this.#inodes.has(path)) return
    const inode = this.#nextInode++
    this.#inodes.set(path, inode)
    this.#add({ kind: 'name', inode, path })
  }

  #write(name: string, path: string, args: string): void {
    const inode = this.#inodes.get(path)
    if (inode === undefined) return
    const data = Buffer.concat(strings(args).map(text => Buffer.from(text, 'latin1')))
    const size = this.#sizes.get(inode) ?? 0
    const given =
      name === 'pwrite64' ? Number(/^", \d+, (\d+)/.exec(args.slice(args.lastIndexOf('"')))?.[1]) : undefined
    // Logs and the ledger are appended to, staged files written in a row.
    const offset = given ?? this.#seeks.get(path) ?? size
    this.#seeks.delete(path)
    this.#sizes.set(inode, Math.max(size, offset + data.length))
    this.#add({ kind: 'write', inode, path, offset, data })
  }

  #unlink(path: string): void {
    this.#add({ kind: 'unname', inode: 0, path })
    this.#inodes.delete(path)
  }

  #move(name: string, [from, to]: readonly string[]): void {
    const inode = this.#inodes.get(from) ?? 0
    if (name === 'link') this.#add({ kind: 'name', inode, path: to })
    else this.#add({ kind: 'rename', inode, path: from, to })
    if (name === 'rename') this.#inodes.delete(from)
    this.#inodes.set(to, inode)
  }

  #add(change: Omit<Change, 'durableAt'>): void {
    if (change.path === undefined || !this.#isInside(change.to ?? change.path)) return
    this.#changes.push({ ...change, index: this.#count, durableAt: Number.POSITIVE_INFINITY })
  }

  /** Makes durable what was written to a file, or the names in a folder. */
  #sync(path: string): void {
    const inode = this.#inodes.get(path)
    for (const change of this.#changes) {
      if (change.durableAt !== Number.POSITIVE_INFINITY) continue
      const isContent = change.kind === 'write' && inode !== undefined && change.inode === inode
      const isName = change.kind !== 'write' && dirname(change.to ?? change.path) === path
      if (isContent || isName) change.durableAt = this.#count
    }
  }

  #isInside(path: string): boolean {
    return path.startsWith(join(this.root, 'jobs')) || path.startsWith(join(this.root, 'out'))
  }
}

function descriptorPath(args: string): string | undefined {
  const match = /^\d+<([^>]*)>/.exec(args)
  return match === null ? undefined : decodeHex(match[1])
}

/** The quoted strings among a call's arguments, decoded from `\x..`. */
function strings(args: string): string[] {
  return [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text]) => decodeHex(text))
}

function decodeHex(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}

const sectorBytes = 512

/**
 * Lays out the folders as a power cut at moment `at` may leave them: what was durable is there; of the
 * rest each change is there, missing or torn, as `random` says.
 */
export function layOutState(
  rig: Rig,
  { changes }: Recording,
  { at, random }: { readonly at: number; readonly random: () => number },
): void {
  rig.reset()
  const names = new Map<string, number>()
  const contents = new Map<number, Buffer>()
  const folders = new Set([join(rig.folder, 'out')])
  for (const change of changes) {
    if (change.index >= at) break
    const isDurable = change.durableAt < at
    if (!isDurable && random() < 0.5) continue
    if (change.kind === 'folder') folders.add(change.path)
    else if (change.kind === 'name') names.set(change.path, change.inode)
    else if (change.kind === 'unname') names.delete(change.path)
    else if (change.kind === 'rename') {
      names.delete(change.path)
      names.set(change.to ?? '', change.inode)
    } else
      contents.set(
        change.inode,
        applyWrite(contents.get(change.inode) ?? Buffer.alloc(0), change, isDurable ? 1 : random() * 1.5),
      )
  }
  for (const [path, inode] of names) {
    if (!folderIsThere(dirname(path), folders, rig.folder)) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents.get(inode) ?? Buffer.alloc(0))
  }
}

function applyWrite(before: Buffer, { offset = 0, data = Buffer.alloc(0) }: Change, share: number): Buffer {
  const kept = share >= 1 ? data.length : Math.floor((data.length * share) / sectorBytes) * sectorBytes
  const after = Buffer.alloc(Math.max(before.length, offset + kept))
  before.copy(after)
  data.copy(after, offset, 0, kept)
  return after
}

function folderIsThere(folder: string, folders: ReadonlySet<string>, root: string): boolean {
  for (let at = folder; at !== root && at.length > root.length; at = dirname(at)) if (!folders.has(at)) return false
  return true
}

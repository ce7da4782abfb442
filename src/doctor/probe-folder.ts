import { spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { listIfThere, remove } from '../util/remove.js'

/** What was found on a folder, in numbers; nothing is judged here. */
export interface Probe {
  /** Why nothing could be written there; all else is missing then. */
  readonly refusal?: string
  readonly link: 'works' | 'no answer' | string
  /** True where a second exclusive create of a name is refused. */
  readonly isExclusive: boolean
  /** True where a rename puts a file in place of another, with its content. */
  readonly renames: boolean
  /** Milliseconds of a write of 4 kB with fsync, the middle of several. */
  readonly fsyncMs: number
  /** True where folders can be synced. */
  readonly syncsFolders: boolean
  /** Milliseconds until another process's new name is listed, seen by its path, and gone again, at worst. */
  readonly lateMs: number
  /** Two processes that create the same names exclusively, many times: how often both were told that they did. */
  readonly doubleWins: number
  /** Milliseconds by which the file server's clock is ahead of this host's; negative where it is behind. */
  readonly clockMs: number
}

const syncs = 9
const names = 40
const lateLimitMs = 90_000

/**
 * Tries on a folder what commits stand on: links, exclusive create, rename, fsync, and how soon another process's names are
 * seen. Works in a folder of its own there, which goes again.
 *
 * @param base an existing folder
 * @param scratch name of the folder that is made in it
 */
export async function probeFolder(base: string, scratch: string): Promise<Probe | Pick<Probe, 'refusal'>> {
  const folder = join(base, scratch)
  try {
    mkdirSync(folder)
    writeFileSync(join(folder, 'first'), 'first')
  } catch (error) {
    if (existsSync(folder)) remove(folder)
    return { refusal: (error as Error).message }
  }
  try {
    return {
      link: tryLink(folder),
      isExclusive: tryExclusive(folder),
      renames: tryRename(folder),
      ...measureSync(folder),
      clockMs: clockOf(folder),
      ...(await watchOther(folder)),
    }
  } finally {
    for (const name of listIfThere(folder)) remove(join(folder, name))
    remove(folder)
  }
}

function tryLink(folder: string): string {
  try {
    linkSync(join(folder, 'first'), join(folder, 'second'))
    if (lstatSync(join(folder, 'second')).nlink < 2) return 'makes a copy'
    try {
      linkSync(join(folder, 'first'), join(folder, 'second'))
      return 'replaces what is there'
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'works' : (error as Error).message
    }
  } catch (error) {
    return (error as Error).message
  }
}

function tryExclusive(folder: string): boolean {
  closeSync(openSync(join(folder, 'once'), 'wx'))
  try {
    closeSync(openSync(join(folder, 'once'), 'wx'))
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST'
  }
}

function tryRename(folder: string): boolean {
  writeFileSync(join(folder, 'new'), 'new')
  writeFileSync(join(folder, 'old'), 'old')
  renameSync(join(folder, 'new'), join(folder, 'old'))
  return readFileSync(join(folder, 'old'), 'utf8') === 'new' && !existsSync(join(folder, 'new'))
}

function measureSync(folder: string): Pick<Probe, 'fsyncMs' | 'syncsFolders'> {
  const block = Buffer.alloc(4096, 1)
  const times: number[] = []
  const fd = openSync(join(folder, 'synced'), 'w')
  try {
    for (let n = 0; n < syncs; n++) {
      const started = performance.now()
      writeSync(fd, block)
      fsyncSync(fd)
      times.push(performance.now() - started)
    }
  } finally {
    closeSync(fd)
  }
  return { fsyncMs: times.sort((a, b) => a - b)[syncs >> 1], syncsFolders: syncsFolder(folder) }
}

function syncsFolder(folder: string): boolean {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return false
  } finally {
    closeSync(fd)
  }
}

function clockOf(folder: string): number {
  const path = join(folder, 'clock')
  const before = Date.now()
  writeFileSync(path, 'now')
  const after = Date.now()
  const { mtimeMs } = lstatSync(path)
  // Within the time that it took, and the grain of the file system's clock, nothing can be told.
  const grainMs = 20
  if (mtimeMs > after + grainMs) return mtimeMs - after
  return mtimeMs < before - grainMs ? mtimeMs - before : 0
}

/** The other process: creates names exclusively in a race with this one, then makes one name, and gives it another once it was seen. */
const other = `
const { closeSync, openSync, renameSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const [folder, count] = process.argv.slice(1)
const wins = []
for (let n = 0; n < Number(count); n++) {
  try { closeSync(openSync(join(folder, 'race-' + n), 'wx')); wins.push(n) } catch (error) { if (error.code !== 'EEXIST') throw error }
}
writeFileSync(join(folder, 'made'), 'made')
process.send({ wins })
process.on('message', () => { renameSync(join(folder, 'made'), join(folder, 'made-before')); process.send({ moved: true }) })
`

async function watchOther(folder: string): Promise<Pick<Probe, 'lateMs' | 'doubleWins'>> {
  // What was looked up and not found may be kept in mind by a client of a network file system.
  existsSync(join(folder, 'made'))
  readdirSync(folder)
  const child = spawn(process.execPath, ['-e', other, folder, String(names)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const next = () =>
    new Promise<{ wins?: number[] }>((done, failed) => {
      child.once('message', message => done(message as { wins?: number[] }))
      child.once('exit', code => failed(new Error(`the other process ended with ${code}`)))
    })
  try {
    const told = next()
    const mine = await race(folder)
    const { wins = [] } = await told
    const appearsMs = await until(() => existsSync(join(folder, 'made')) && readdirSync(folder).includes('made'))
    const gone = next()
    child.send('go on')
    await gone
    const goesMs = await until(() => !existsSync(join(folder, 'made')) && !readdirSync(folder).includes('made'))
    return { lateMs: Math.max(appearsMs, goesMs), doubleWins: wins.filter(n => mine.has(n)).length }
  } finally {
    child.removeAllListeners('exit')
    child.kill()
  }
}

async function race(folder: string): Promise<Set<number>> {
  const wins = new Set<number>()
  for (let n = names - 1; n >= 0; n--) {
    try {
      closeSync(openSync(join(folder, `race-${n}`), 'wx'))
      wins.add(n)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    await delay(1)
  }
  return wins
}

/** @returns milliseconds until it is so */
async function until(isSo: () => boolean): Promise<number> {
  const started = performance.now()
  while (!isSo() && performance.now() - started < lateLimitMs) await delay(5)
  return performance.now() - started
}

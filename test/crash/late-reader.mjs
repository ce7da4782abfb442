// A double of what a client of a network file system sees of others: listings, stats and the absence of names are kept for
// a while after they were looked up, so that what other processes made or removed meanwhile is seen late. What this process
// does itself it sees at once; exclusive creates and links are decided by the disk; what is opened is read as it is.

import { basename, dirname, resolve } from 'node:path'

/**
 * @param fs the module whose functions are replaced
 * @param options `root`: only names below it are seen late; `lateMs`: for at most so long, in each folder for another time
 */
export function seeLate(fs, { root, lateMs }) {
  const listings = new Map()
  const stats = new Map()
  const absent = new Map()
  const concerns = path => typeof path === 'string' && resolve(path).startsWith(`${root}/`)
  const isFresh = (entry, folder) => entry !== undefined && performance.now() - entry.at < lateIn(folder, lateMs)

  /** A name that this process made or took away, or tried to. */
  function own(path, isThere) {
    if (!concerns(path)) return
    const full = resolve(path)
    stats.delete(full)
    absent.delete(full)
    const listing = listings.get(dirname(full))
    if (isThere === undefined) listings.delete(dirname(full))
    else if (listing !== undefined) listing.own.set(basename(full), isThere)
  }

  function refuseAbsent(path, syscall) {
    const full = resolve(path)
    if (isFresh(absent.get(full), dirname(full))) throw noEntry(syscall, path)
    absent.delete(full)
  }

  /** Looks a name up, and keeps in mind where it is not there. */
  function lookUp(path, syscall, look) {
    if (!concerns(path)) return look()
    refuseAbsent(path, syscall)
    try {
      return look()
    } catch (error) {
      if (error.code === 'ENOENT') absent.set(resolve(path), { at: performance.now() })
      throw error
    }
  }

  const { readdirSync, statSync, lstatSync, existsSync, openSync, readFileSync, writeFileSync } = fs

  fs.readdirSync = (path, options) => {
    if (!concerns(path)) return readdirSync(path, options)
    const full = resolve(path)
    const known = listings.get(full)
    if (!isFresh(known, full)) {
      const entries = readdirSync(full, { withFileTypes: true })
      listings.set(full, { at: performance.now(), entries, own: new Map() })
      return entries.map(entry => (options?.withFileTypes ? entry : entry.name))
    }
    const names = new Set(known.entries.map(({ name }) => name))
    for (const [name, isThere] of known.own) isThere ? names.add(name) : names.delete(name)
    if (!options?.withFileTypes) return [...names]
    const now = readdirSync(full, options).filter(({ name }) => names.has(name))
    const seen = new Set(now.map(({ name }) => name))
    return [...now, ...known.entries.filter(({ name }) => names.has(name) && !seen.has(name))]
  }

  for (const [name, original] of Object.entries({ statSync, lstatSync }))
    fs[name] = (path, options) => {
      if (!concerns(path)) return original(path, options)
      const full = resolve(path)
      const key = `${name}${options?.bigint === true}`
      const known = stats.get(full)?.[key]
      if (isFresh(known, dirname(full))) return known.value
      try {
        const value = lookUp(path, 'stat', () => original(path, { ...options, throwIfNoEntry: true }))
        stats.set(full, { ...stats.get(full), [key]: { value, at: performance.now() } })
        return value
      } catch (error) {
        if (error.code === 'ENOENT' && options?.throwIfNoEntry === false) return undefined
        throw error
      }
    }

  fs.existsSync = path => {
    if (!concerns(path)) return existsSync(path)
    return fs.statSync(path, { throwIfNoEntry: false }) !== undefined
  }

  fs.openSync = (path, flags = 'r', ...rest) => {
    const creates = typeof flags === 'string' ? /[wa]/.test(flags) : flags !== 0
    if (!creates) return lookUp(path, 'open', () => openSync(path, flags, ...rest))
    try {
      return openSync(path, flags, ...rest)
    } finally {
      own(path, flags.includes?.('x') ? undefined : true)
    }
  }
  fs.readFileSync = (path, ...rest) => lookUp(path, 'open', () => readFileSync(path, ...rest))

  fs.writeFileSync = (path, ...rest) => {
    try {
      return writeFileSync(path, ...rest)
    } finally {
      own(path)
    }
  }

  const changes = {
    linkSync: (_, to) => own(to),
    renameSync(from, to) {
      own(from, false)
      own(to, true)
    },
    unlinkSync: path => own(path, false),
    rmdirSync: path => own(path, false),
    mkdirSync: path => own(path),
  }
  for (const [name, note] of Object.entries(changes)) {
    const original = fs[name]
    fs[name] = (...args) => {
      try {
        return original(...args)
      } finally {
        note(...args)
      }
    }
  }
}

/** Some folders are seen later than others. */
function lateIn(folder, lateMs) {
  let sum = 7
  for (const character of folder) sum = (sum * 31 + character.charCodeAt(0)) % 1_000_003
  return lateMs * (0.25 + (0.75 * (sum % 100)) / 100)
}

function noEntry(syscall, path) {
  return Object.assign(new Error(`ENOENT: no such file or directory, ${syscall} '${path}'`), {
    ...{ code: 'ENOENT', errno: -2 },
    ...{ syscall, path },
  })
}

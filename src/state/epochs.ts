import { join } from 'node:path'
import { listIfThere, remove } from '../util/remove.js'
import { publishOwnFile, readOwnFile } from './own-file.js'

/** What all processes on a job agree on: `epochs/<number>`, made by the first of them and never changed. */
export interface EpochNote {
  readonly number: number
  /** A fingerprint of all that changes results: recipe, engine, format, codecs. */
  readonly key: string
  /** The cut that holds: the digest of its file. */
  readonly cut: string
  readonly writer: string
  readonly version: string
}

/** The epoch that holds; undefined before the first, and where its file is not as it was written. */
export function currentEpoch(folder: string): EpochNote | undefined {
  const last = lastNumber(folder)
  const found = readOwnFile<EpochNote>(join(folder, String(last)))
  return found.kind === 'read' && found.content.number === last ? found.content : undefined
}

/**
 * Opens the next epoch. Earlier ones are taken away; their numbers are never used again.
 *
 * @param floor numbers up to this one were used before, whatever the folder shows
 * @returns undefined where another process opened one at the same moment
 */
export function openEpoch(folder: string, note: Omit<EpochNote, 'number'>, floor: number): EpochNote | undefined {
  const before = numbersOf(folder)
  const number = Math.max(lastNumber(folder), floor) + 1
  const opened = { ...note, number }
  if (!publishOwnFile(join(folder, String(number)), opened, note.writer)) return undefined
  for (const old of before) remove(join(folder, String(old)))
  return opened
}

function numbersOf(folder: string): number[] {
  return listIfThere(folder).flatMap(name => (/^\d{1,15}$/.test(name) ? [Number(name)] : []))
}

function lastNumber(folder: string): number {
  return Math.max(0, ...numbersOf(folder))
}

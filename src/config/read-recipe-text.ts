import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { nearestName } from '../util/nearest.js'
import { listIfThere } from '../util/remove.js'
import { RecipeError } from './recipe-error.js'

const reasons: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder: name the file in it',
  EACCES: 'this user may not read it: grant it the right',
  EPERM: 'this user may not read it: grant it the right',
  ELOOP: 'it is a link that leads to itself',
  ENOTDIR: 'what should be a folder on its path is a file',
  EMFILE: 'this process may open no more files: raise `ulimit -n`',
}

/** @throws {RecipeError} where the file cannot be read or is no text in UTF-8 */
export function readRecipeText(file: string): string {
  const bytes = readBytes(file)
  if (isUtf16(bytes))
    throw RecipeError.of(`${file} is in UTF-16: save it as UTF-8, for instance by: iconv -f UTF-16 -t UTF-8 OLD > NEW`)
  if (!isUtf8(bytes)) throw RecipeError.of(`${file}: byte ${brokenAt(bytes)} is no UTF-8: save the recipe as UTF-8`)
  return bytes.toString('utf8')
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? `there is no such file${nearestFile(file)}` : (reasons[code] ?? message)
    throw RecipeError.of(`Cannot read the recipe ${file}: ${why}`)
  }
}

/** With or without its mark: no recipe has NUL characters, and in UTF-16 every second byte of one is such. */
function isUtf16(bytes: Buffer): boolean {
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0
  return mark === 0xfffe || mark === 0xfeff || bytes.subarray(0, 64).includes(0)
}

/** Bytes before the first that is no part of UTF-8. */
function brokenAt(bytes: Buffer): number {
  const text = bytes.toString('utf8')
  // What cannot be read becomes one mark, so that everything before it takes as many bytes as it did.
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) {
    const before = Buffer.byteLength(text.slice(0, at))
    if (bytes.readUIntBE(before, Math.min(3, bytes.length - before)) !== 0xefbfbd) return before
  }
  return bytes.length
}

/** A recipe beside the one that is not there, if its name is near. */
function nearestFile(file: string): string {
  const recipes = listIfThere(dirname(file)).filter(name => /\.ya?ml$/.test(name))
  const nearest = nearestName(basename(file), recipes)
  return nearest === undefined ? '' : `; did you mean "${join(dirname(file), nearest)}"?`
}

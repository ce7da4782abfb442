import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from './package-root.js'

/** A table of bytes that follows from the code alone. */
export interface BuiltTable {
  readonly name: string
  /** Works it out, which takes milliseconds. */
  readonly build: () => Uint8Array
}

/** All tables whose modules are loaded, for the build to write. */
export const builtTables: BuiltTable[] = []

/** True in what the build made: the sources may be newer than the tables that it wrote. */
const isBuild = import.meta.url.includes('/dist/')

/**
 * A table that the build has worked out and put into a file, so that starting does not take the time; sources that
 * were not built work it out when it is first asked for.
 */
export function builtTable(name: string, build: () => Uint8Array): () => Uint8Array {
  builtTables.push({ name, build })
  let table: Uint8Array | undefined
  return () => {
    // Never a buffer of Node's, whose slices are no copies.
    table ??= isBuild ? read(name) : Uint8Array.from(build())
    return table
  }
}

function read(name: string): Uint8Array {
  const bytes = readFileSync(join(packageRoot, 'dist', 'tables', `${name}.bin`))
  // At the start of a buffer of its own, so that it may be seen as numbers of any width.
  return new Uint8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

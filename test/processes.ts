import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What runs on this machine, each with its arguments. */
export function processes(): { readonly pid: number; readonly command: readonly string[] }[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(name => ({
      pid: Number(name),
      command: textIfThere(join('/proc', name, 'cmdline'))
        .split('\0')
        .slice(0, -1),
    }))
}

/** The text of a file of a process that may be gone by now; none then. */
export function textIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}

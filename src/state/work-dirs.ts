import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** `work_dirs.jsonl` in the user's state folder: the work dirs of jobs that were run, one a line, so that jobs are found by name. */
function stateFile(): string {
  const base = process.env['XDG_STATE_HOME']
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.local', 'state'), 'pawl', 'work_dirs.jsonl')
}

/** Remembers a work dir for `pawl resume`. Nothing depends on it: where it cannot be written, it is not. */
export function rememberWorkDir(workDir: string): void {
  if (rememberedWorkDirs().includes(workDir)) return
  try {
    const file = stateFile()
    mkdirSync(dirname(file), { recursive: true })
    appendFileSync(file, `${JSON.stringify(workDir)}\n`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
  }
}

/** The work dirs of jobs that this user ran, the latest first; lines that are not whole are left out. */
export function rememberedWorkDirs(): string[] {
  const dirs = new Set(linesOf(stateFile()).flatMap(pathIn))
  return [...dirs].reverse()
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    return []
  }
}

function pathIn(line: string): string[] {
  try {
    const path = JSON.parse(line) as unknown
    return typeof path === 'string' && path.startsWith('/') ? [path] : []
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return []
  }
}

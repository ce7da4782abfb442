import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessIdentity } from '../util/process-identity.js'
import { listIfThere } from '../util/remove.js'

/** Who holds a lease, as its file says, and when that last changed by this host's clock. */
export interface SeenLease extends ProcessIdentity {
  readonly state: 'held' | 'released'
  readonly ageMs: number
}

/** Looks at a lease without taking part: undefined where there is none, or its file is damaged. */
export function lookAtLease(folder: string, name: string): SeenLease | undefined {
  const fences = listIfThere(folder)
    .filter(entry => entry.startsWith(`${name}.`) && /^\d{1,15}$/.test(entry.slice(name.length + 1)))
    .map(entry => Number(entry.slice(name.length + 1)))
  if (fences.length === 0) return undefined
  const path = join(folder, `${name}.${fences.reduce((a, b) => Math.max(a, b))}`)
  try {
    const note = JSON.parse(readFileSync(path, 'utf8')) as Partial<SeenLease> | null
    if (typeof note?.pid !== 'number' || typeof note.host !== 'string') return undefined
    return { ...(note as SeenLease), ageMs: Math.max(0, Date.now() - statSync(path).mtimeMs) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined && !(error instanceof SyntaxError)) throw error
    return undefined
  }
}

import { homedir } from 'node:os'

/** A path with a leading `~` taken for the home folder. */
export function expandHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, homedir())
}

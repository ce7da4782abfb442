import { distance } from 'fastest-levenshtein'

/** The valid name that a misspelt one most likely meant, if any is near. */
export function nearestName(name: string, valid: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of valid) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase())
    if (d < least) {
      least = d
      best = candidate
    }
  }
  return best
}

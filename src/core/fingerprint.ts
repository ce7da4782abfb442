import { canonicalJson, fingerprintOf } from '../util/hash.js'
import type { OperatorUse } from './work-unit.js'

/** Raised when the same operators over the same input would give other bytes for a reason outside the operators. */
const engineRevision = '2'

/** An operator's link in the chain: what it is called, its version, the field it reads, its parameters, what else it reads and what it draws from. */
export function operatorLink(use: OperatorUse): string {
  const { name, version, params, recordedParams, textKey, identity, seed, onlyMeasures } = use
  // A kind of its own for an analysis: no checkpoint of it may ever serve a run.
  const kind = onlyMeasures ? 'measure' : 'operator'
  const read = identity === undefined ? [] : [`reads ${identity}`]
  const drawn = seed === undefined ? [] : [`seed ${seed}`]
  return fingerprintOf(kind, name, version, textKey, canonicalJson(recordedParams ?? params), ...read, ...drawn)
}

/** The links of several operators as one, so that a chain costs one hash a partition and not one an operator. */
export function joinLinks(links: readonly string[]): string {
  return fingerprintOf('operators', ...links)
}

/** All that decides, beside the bytes of the input, what samples a reader makes of them. */
export function readerLink(settings: Readonly<Record<string, unknown>>): string {
  return fingerprintOf('reader', engineRevision, canonicalJson(settings))
}

/** The link of a reader once files that samples name have changed: all behind it is made anew. */
export function roundLink(link: string, round: string): string {
  return round === '' ? link : fingerprintOf('round', link, round)
}

/**
 * The start of a partition's chain: which it is, what its input holds, and how it is read. Partitions that hold
 * the same share no checkpoint, as each sample in one carries where it came from.
 */
export function inputFingerprint(link: string, partition: string, digest: string): string {
  return fingerprintOf('input', link, partition, digest)
}

/** A partition's samples after operators were applied to those at `base`; no operators, the same samples. */
export function pointFingerprint(base: string, links: readonly string[]): string {
  return links.length === 0 ? base : fingerprintOf('point', base, joinLinks(links))
}

/** A barrier's decision over signatures, in input order. */
export function verdictFingerprint(link: string, signatures: readonly string[]): string {
  return fingerprintOf('verdict', link, ...signatures)
}

/** Where a partition's chain goes on behind a barrier: it depends on its own slice of the decision alone, and on what that was made of. */
export function barrierFingerprint(
  before: string,
  link: string,
  { digest, signed }: { readonly digest: string; readonly signed: string },
): string {
  return fingerprintOf('barrier', before, link, digest, signed)
}

/** The link of a barrier as it is applied: hashes that stay with the samples are part of what it makes of them. */
export function applyLink(link: string, keepsHashes: boolean): string {
  return keepsHashes ? fingerprintOf('keeps hashes', link) : link
}

/** The signatures that a barrier makes of a point. */
export function signatureFingerprint(point: string, link: string): string {
  return fingerprintOf('signature', point, link)
}

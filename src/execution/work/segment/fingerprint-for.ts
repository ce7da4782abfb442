import { inputFingerprint, pointFingerprint } from '../../../core/fingerprint.js'
import type { SegmentUnit } from '../../../core/work-unit.js'

/** The fingerprint of what a unit makes of a partition, or of a piece of one, now that its input has been digested. */
export function fingerprintFor(unit: SegmentUnit, partition: string, digest: string): string {
  if (unit.fingerprint.kind === 'known') return unit.fingerprint.value
  return pointFingerprint(inputFingerprint(unit.fingerprint.readerLink, partition, digest), unit.fingerprint.links)
}

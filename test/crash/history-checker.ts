import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attemptOf, recordKey } from '../../src/core/record-keys.js'
import { readSegment, type SegmentContent } from '../../src/state/segment.js'
import type { Rig } from './rig.js'

/**
 * What the records that a job's processes left say against its rules, whatever its result is: that two held one fence, that two
 * attempts at one thing counted, or that a sample is in more or fewer places than one.
 */
export function checkHistory(rig: Rig): string[] {
  const ledger = join(rig.jobDir, 'metadata', 'ledger')
  const segments = readdirSync(ledger)
    .filter(name => name.endsWith('.segment'))
    .map(name => [...readSegment(join(ledger, name))].flatMap(line => (line.kind === 'line' ? [line.content] : [])))
  return [...fencesHeldTwice(segments), ...countedTwice(segments), ...misplaced(rig)]
}

type Segment = readonly SegmentContent[]

/** What is put in place is recorded under the fence of the right to do that, which one process has at a time. */
function fencesHeldTwice(segments: readonly Segment[]): string[] {
  const holders = new Map<number, Set<string>>()
  const seen = new Set<string>()
  for (const segment of segments) {
    const writer = segment.flatMap(content => ('pawl' in content ? content.writer : []))[0]
    const records = segment.flatMap(content => ('seq' in content ? (content.put ?? []) : []))
    for (const record of records) {
      const text = JSON.stringify(record)
      // Segments that are put together repeat what others recorded, word by word.
      if (record.kind !== 'export' || record.fence === undefined || seen.has(text)) continue
      seen.add(text)
      holders.set(record.fence, (holders.get(record.fence) ?? new Set()).add(writer))
    }
  }
  return [...holders].flatMap(([fence, writers]) =>
    writers.size > 1 ? [`fence ${fence} was held by ${[...writers].sort().join(' and ')}`] : [],
  )
}

/** Of the attempts at one key, all but one must have been withdrawn. */
function countedTwice(segments: readonly Segment[]): string[] {
  const attempts = new Map<string, Set<string>>()
  const withdrawn = new Set<string>()
  for (const content of segments.flat()) {
    if (!('seq' in content)) continue
    for (const record of content.put ?? []) {
      const attempt = attemptOf(record)
      const key = recordKey(record)
      if (attempt !== undefined) attempts.set(key, (attempts.get(key) ?? new Set()).add(attempt))
    }
    for (const dropped of content.drop ?? []) withdrawn.add(dropped)
  }
  return [...attempts].flatMap(([key, all]) => {
    const counting = [...all].filter(attempt => !withdrawn.has(`${key}@${attempt}`))
    return counting.length > 1 ? [`${key}: attempts ${counting.sort().join(' and ')} counted`] : []
  })
}

/** Every sample of the input is in the export, or set aside, or was dropped; those that were dropped are known by their number. */
function misplaced(rig: Rig): string[] {
  const input = idsIn(join(rig.folder, 'data'))
  if (input === undefined) return []
  const exported = idsOf(rig.readExport().toString('utf8'))
  const problems = twice(exported).map(id => `${id} was exported twice`)
  const aside = setAside(rig)
  const known = new Set(input)
  for (const id of [...exported, ...aside]) if (!known.has(id)) problems.push(`${id} was never in the input`)
  for (const id of aside) if (exported.includes(id)) problems.push(`${id} was exported and set aside`)
  return problems
}

function idsIn(folder: string): string[] | undefined {
  const names = readdirSync(folder).sort()
  if (names.some(name => name.endsWith('.gz'))) return undefined
  return names.flatMap(name => idsOf(readFileSync(join(folder, name), 'utf8')))
}

function idsOf(lines: string): string[] {
  return [...lines.matchAll(/"id":"(\d+-\d+)"/g)].map(([, id]) => id)
}

function setAside({ jobDir }: Rig): string[] {
  const path = join(jobDir, 'quarantine', 'quarantine.jsonl')
  return existsSync(path) ? idsOf(readFileSync(path, 'utf8')) : []
}

function twice(ids: readonly string[]): string[] {
  return ids.filter((id, at) => ids.indexOf(id) !== at)
}

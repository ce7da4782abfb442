import type { InputFile } from '../core/partition.js'
import type { OperatorUse } from '../core/work-unit.js'
import { plural } from '../util/format.js'
import { canonicalJson } from '../util/hash.js'

/** What a job was run with, kept in its directory so that the next run can say what differs. */
export interface JobFacts {
  readonly version: string
  readonly operators: readonly OperatorUse[]
  readonly partition: Readonly<Record<string, unknown>>
  /** Settings that decide no sample, only where and how results are kept. */
  readonly storage: Readonly<Record<string, unknown>>
  readonly textKeys: readonly string[]
  readonly seed: number
}

/** How far the committed points of a partition reach. */
export interface PartitionReach {
  /** Operators done at the latest committed point; undefined where nothing is committed. */
  readonly done: number | undefined
  readonly isFinished: boolean
}

/** Says, one clause a difference, what of a recipe changed since the last run. Settings without effect on work are left out. */
export function describeChanges(before: JobFacts, now: JobFacts): string[] {
  return [
    ...describeVersion(before, now),
    ...describePartition(before, now),
    ...describeOperators(before.operators, now.operators),
    ...describeTextKeys(before, now),
    ...describeSettings({ seed: before.seed }, { seed: now.seed }),
    ...describeSettings(before.storage, now.storage),
  ]
}

function describeVersion(before: JobFacts, now: JobFacts): string[] {
  return before.version === now.version
    ? []
    : [`Pawl ${before.version} → ${now.version} (what it changed in an operator is named here, the rest is reused)`]
}

function describePartition(before: JobFacts, now: JobFacts): string[] {
  const changes = describeSettings(before.partition, now.partition)
  return changes.length === 0 ? [] : [`${changes.join(', ')}: the dataset is cut anew`]
}

function describeTextKeys(before: JobFacts, now: JobFacts): string[] {
  if (canonicalJson(before.textKeys) === canonicalJson(now.textKeys)) return []
  return [`text_keys changed ${before.textKeys.join(', ')} → ${now.textKeys.join(', ')}`]
}

/** `key changed old → new`, for every key that differs. */
function describeSettings(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
  prefix = '',
): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()
  return keys
    .filter(key => canonicalJson(before[key]) !== canonicalJson(now[key]))
    .map(key => `${prefix}${key} changed ${show(before[key])} → ${show(now[key])}`)
}

function show(value: unknown): string {
  return value === undefined ? 'unset' : typeof value === 'string' ? value : JSON.stringify(value)
}

/** Follows two lists of operators to where they part; what comes behind is named as moved, added, removed or changed. */
function describeOperators(before: readonly OperatorUse[], now: readonly OperatorUse[]): string[] {
  const first = before.findIndex((operator, index) => now[index] === undefined || !isSame(operator, now[index]))
  const at = first >= 0 ? first : before.length
  if (at === before.length && at === now.length) return []
  const old = before[at]
  const next = now[at]
  if (old === undefined) return [`process[${at}] ${names(now.slice(at))} added at the end`]
  if (next === undefined) return [`process[${at}] ${names(before.slice(at))} removed from the end`]
  if (old.name === next.name && isSameList(before.slice(at + 1), now.slice(at + 1)))
    return describeOperator(old, next, at)
  if (isSameList(before.slice(at), now.slice(at + 1))) return [`process[${at}] ${next.name} added`]
  if (isSameList(before.slice(at + 1), now.slice(at))) return [`process[${at}] ${old.name} removed`]
  if (isPermutation(before, now)) return [`operators reordered from process[${at}] on (${old.name} → ${next.name})`]
  return old.name === next.name
    ? describeOperator(old, next, at)
    : [`process[${at}] changed ${old.name} → ${next.name}`]
}

function describeOperator(before: OperatorUse, now: OperatorUse, at: number): string[] {
  const changes = describeSettings(before.params, now.params, `process[${at}].`)
  if (before.version !== now.version)
    changes.push(`process[${at}] ${now.name} version ${before.version} → ${now.version}`)
  if (before.identity !== now.identity)
    changes.push(`process[${at}] ${now.name}: what it reads beside the samples changed, such as word lists`)
  return changes
}

function isSame(a: OperatorUse, b: OperatorUse): boolean {
  return keyOf(a) === keyOf(b)
}

function isSameList(a: readonly OperatorUse[], b: readonly OperatorUse[]): boolean {
  return a.length === b.length && a.every((operator, index) => isSame(operator, b[index]))
}

function isPermutation(a: readonly OperatorUse[], b: readonly OperatorUse[]): boolean {
  const keys = (list: readonly OperatorUse[]) => list.map(keyOf).sort()
  return canonicalJson(keys(a)) === canonicalJson(keys(b))
}

/** What two uses of an operator must agree in to do the same. */
function keyOf({ name, version, identity, params }: OperatorUse): string {
  return canonicalJson([name, version, identity ?? null, params])
}

function names(operators: readonly OperatorUse[]): string {
  return operators.map(({ name }) => name).join(', ')
}

/** Says which input files came, went, or were touched since the last run. */
export function describeFiles(before: readonly InputFile[], now: readonly InputFile[]): string[] {
  const [then, today] = withoutSameEnds(before, now)
  const old = new Map(then.map(file => [file.path, file]))
  const current = new Map(today.map(file => [file.path, file]))
  const added = today.filter(({ path }) => !old.has(path))
  const removed = then.filter(({ path }) => !current.has(path))
  const changed = today.filter(file => old.has(file.path) && old.get(file.path)?.stamp !== file.stamp)
  return [describeSome(added, 'added'), describeSome(removed, 'removed'), describeSome(changed, 'touched')].flat()
}

/** What lies between the first difference of two lists and the last: of a million files, mostly a few. */
function withoutSameEnds(
  before: readonly InputFile[],
  now: readonly InputFile[],
): readonly [readonly InputFile[], readonly InputFile[]] {
  const isSame = (a: InputFile, b: InputFile) => a === b || (a.path === b.path && a.stamp === b.stamp)
  const most = Math.min(before.length, now.length)
  let start = 0
  while (start < most && isSame(before[start], now[start])) start++
  let end = 0
  while (end < most - start && isSame(before[before.length - 1 - end], now[now.length - 1 - end])) end++
  return [before.slice(start, before.length - end), now.slice(start, now.length - end)]
}

function describeSome(files: readonly InputFile[], what: string): string[] {
  if (files.length === 0) return []
  const rest = files.length === 1 ? '' : ` (and ${plural(files.length - 1, 'other file')})`
  return [`${files[0].path}${rest} ${what}`]
}

/** What of the committed work a run goes on from: finished partitions, checkpoints, and what starts over. */
export function describeReuse(reaches: readonly PartitionReach[], operators: readonly OperatorUse[]): string {
  const finished = reaches.filter(({ isFinished }) => isFinished).length
  const byPoint = new Map<number, number>()
  let afresh = 0
  for (const { done, isFinished } of reaches) {
    if (isFinished) continue
    if (done === undefined) afresh++
    else byPoint.set(done, (byPoint.get(done) ?? 0) + 1)
  }
  const parts =
    finished === 0 ? [] : [`${plural(finished, 'partition')} finished before ${finished === 1 ? 'is' : 'are'} reused`]
  for (const [done, count] of [...byPoint].sort((a, b) => b[0] - a[0])) {
    const where =
      done === 0 ? 'its committed input' : `the checkpoint after process[${done - 1}] ${operators[done - 1].name}`
    parts.push(`${plural(count, 'partition')} ${count === 1 ? 'goes' : 'go'} on from ${where}`)
  }
  if (afresh > 0) parts.push(`${plural(afresh, 'partition')} ${afresh === 1 ? 'starts' : 'start'} from the input`)
  return parts.join(', ')
}

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { namesOf } from '../../../core/operator-names.js'
import type { FileRef, TraceRecord } from '../../../core/records.js'
import type { OperatorUse, TracePart, TraceSettings, TraceUnit } from '../../../core/work-unit.js'
import { makeFolderDurably, writeFileAtomically } from '../../../util/durable-file.js'
import { canonicalJson, fingerprintOf } from '../../../util/hash.js'
import { forEachAtPlace } from '../../../util/pool.js'
import { listIfThere, remove } from '../../../util/remove.js'
import { findDamage } from '../../contents/checkpoint-reader.js'
import type { TraceLine } from '../../contents/trace-line.js'
import { type Books, finalFingerprints, latestPoint, type PartitionState } from '../scheduler/partition-state.js'
import { acquireSlot, booksOf, type RunContext } from '../scheduler/run-context.js'
import { settleUnit } from '../scheduler/supervise.js'
import { addKeptTwins } from './kept-twins.js'

/** What a recipe wants to see of its operators. */
export interface TraceWish {
  /** Names; empty for all. */
  readonly operators: readonly string[]
  readonly keys: readonly string[]
  readonly count: number
}

/** Samples that are run again for the whole job, about. */
const samplesOfJob = 20_000
const samplesOfPartition = 100

/**
 * Writes `trace/`: for each operator, examples of what it does. The samples are those with the smallest keyed hashes of
 * their origins, run once more for each partition and committed, so that it is the same whatever was killed, reused or
 * done by how many workers. Whatever fails in it is told and costs nothing else.
 */
export async function traceJob(context: RunContext, states: readonly PartitionState[], wish: TraceWish): Promise<void> {
  const { operators } = context.plan
  const isNamed = (op: number) => namesOf(operators, op).some(name => wish.operators.includes(name))
  const traced = [...operators.keys()].filter(op => wish.operators.length === 0 || isNamed(op))
  const groups = groupStates(context, states)
  const samples = Math.max(samplesOfPartition, Math.ceil(samplesOfJob / Math.max(1, groups.length)))
  const settings: TraceSettings = { operators: traced, keys: wish.keys, count: wish.count, samples }
  const lines: TraceLine[] = []
  if (traced.length > 0 && wish.count > 0)
    await forEachAtPlace(
      groups,
      () => acquireSlot(context),
      async (group, slot) => {
        lines.push(...(await linesOf({ ...context, slot }, group, settings)))
      },
    )
  await writeExamples(context, { lines, settings, states })
}

/** A partition's states, or those of its pieces, with what all that was done to them follows from. */
interface Group {
  readonly partition: string
  readonly states: PartitionState[]
  readonly finals: string[]
}

function groupStates(context: RunContext, states: readonly PartitionState[]): Group[] {
  const finals = finalFingerprints(booksOf(context), states)
  const groups = new Map<string, Group>()
  for (const [index, state] of states.entries()) {
    const { partition } = state
    const group = groups.get(partition) ?? { partition, states: [], finals: [] }
    groups.set(partition, group)
    group.states.push(state)
    group.finals.push(finals?.[index] ?? state.key)
  }
  return [...groups.values()]
}

/** The examples of a partition: those on record, or new ones. */
async function linesOf(context: RunContext, group: Group, settings: TraceSettings): Promise<TraceLine[]> {
  const fingerprint = fingerprintOf(
    'trace',
    'with places',
    canonicalJson(settings),
    String(context.job.seed),
    ...group.finals,
  )
  const known = context.ledger.get('trace', fingerprint)
  const lines = known && readLines(context, known.file)
  if (lines !== undefined) return lines
  const purpose = { partition: group.partition, what: `trace of ${group.partition}` }
  const settled = await settleUnit(context, purpose, attempt => buildUnit(context, group, { settings, attempt }))
  if (settled.kind === 'failed') {
    context.emit({ event_type: 'warning', message: `${group.partition} could not be traced: ${settled.error.message}` })
    return []
  }
  const { result } = settled
  if (result.kind !== 'trace') throw new TypeError(`a trace unit answered with a ${result.kind}`)
  const record: TraceRecord = { kind: 'trace', fingerprint, file: result.file }
  await context.ledger.commit([record])
  return readLines(context, result.file) ?? []
}

function buildUnit(
  context: RunContext,
  group: Group,
  { settings, attempt }: Pick<TraceUnit, 'settings' | 'attempt'>,
): TraceUnit {
  const [{ slices, stamps, shares }] = group.states
  let from = 0
  const parts = group.states.map((state, index): TracePart => {
    const records = context.ledger.get('pieces', group.partition)?.pieces[index]?.records ?? Number.MAX_SAFE_INTEGER
    const part = partOf(context, state, { from, to: from + records })
    from += records
    return part
  })
  return {
    kind: 'trace',
    id: `${group.partition}:trace:${attempt}`,
    attempt,
    partition: group.partition,
    input: { kind: 'source', slices, stamps, shares },
    parts,
    settings,
  }
}

function partOf(
  context: RunContext,
  state: PartitionState,
  range: { readonly from: number; readonly to: number },
): TracePart {
  const books = booksOf(context)
  const { reaches } = context.plan
  const last = latestPoint(books, state, reaches[reaches.length - 1])
  return { partition: state.key, ...range, quarantine: last?.quarantine ?? [], barriers: barriersOf(books, state) }
}

/** What each barrier decided on in a partition; undefined where it is no longer kept. */
export function barriersOf(books: Books, state: PartitionState): TracePart['barriers'] {
  return books.plan.reaches.flatMap(reach => {
    if (reach.signs === undefined) return []
    const point = latestPoint(books, state, reach)
    const verdict = state.verdicts[reach.index]
    const isThere = point?.opsDone === reach.to && verdict !== undefined
    return [{ operator: reach.signs, input: isThere ? ({ kind: 'point', point, verdict } as const) : undefined }]
  })
}

/** The lines of a committed trace; undefined where the file is gone or not what was committed. */
function readLines(context: RunContext, file: FileRef): TraceLine[] | undefined {
  const jobDir = context.directory.path
  if (findDamage(jobDir, file) !== undefined) return undefined
  return readFileSync(resolve(jobDir, file.path), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as TraceLine)
}

const ownName = /^(mapper|filter|duplicate|selector|grouper|aggregator)-\w+(\.\d+)?\.jsonl$/

interface Traced {
  readonly lines: readonly TraceLine[]
  readonly settings: TraceSettings
  readonly states: readonly PartitionState[]
}

/** One file an operator; those of operators that are no longer traced go. */
async function writeExamples(context: RunContext, { lines, settings, states }: Traced): Promise<void> {
  const { operators, count } = settings
  const folder = join(context.directory.path, 'trace')
  makeFolderDurably(folder)
  const written = new Set<string>()
  for (const op of operators) {
    const some = lines.filter(line => line.op === op).sort((a, b) => a.hash - b.hash)
    if (some.length === 0) continue
    const own = await addKeptTwins(context.directory.path, some.slice(0, count), clustersOf(context, states, op))
    const name = traceName(context.plan.operators, op)
    const text = own.map(({ entry }) => `${JSON.stringify(entry)}\n`)
    writeFileAtomically(join(folder, name), text.join(''), context.job.writer)
    written.add(name)
  }
  for (const name of listIfThere(folder)) if (ownName.test(name) && !written.has(name)) remove(join(folder, name))
}

/** The clusters that a barrier's decision wrote. */
function clustersOf({ plan, ledger }: RunContext, [state]: readonly PartitionState[], op: number): FileRef | undefined {
  const path = state?.verdicts[plan.reaches.findIndex(({ signs }) => signs === op)]?.path
  if (path === undefined) return undefined
  for (const { file, lines } of ledger.all('verdict')) if (file.path === path) return lines
  return undefined
}

/** `mapper-clean_links_mapper.jsonl`; the second use of an operator is `….2.jsonl`. */
export function traceName(operators: readonly OperatorUse[], op: number): string {
  const { name } = operators[op]
  const use = operators.slice(0, op + 1).filter(one => one.name === name).length
  const kind = /_(\w+)$/.exec(name.replace(/^.*_/, '_'))?.[1] ?? 'operator'
  return `${kind === 'deduplicator' ? 'duplicate' : kind}-${name}${use === 1 ? '' : `.${use}`}.jsonl`
}

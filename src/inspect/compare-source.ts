import type { SourceSpec } from '../core/pipeline-spec.js'
import type { ExportedFile } from '../core/records.js'
import { changedFields, type Row } from './changed-fields.js'
import { type Comparing, compareDocuments, valueAt } from './compare-documents.js'
import type { DocumentDifference } from './diff-pipelines.js'
import type { DocumentExplainer } from './explain-documents.js'
import { Firsts } from './firsts.js'

type Side = 'onlyInA' | 'onlyInB'

/** What differs between the documents that two pipelines wrote of one source. */
export interface SourceDifference {
  readonly counts: Readonly<Record<Side | 'same' | 'changed', number>>
  readonly fields: ReadonlyMap<string, number>
  /** How many each stage of the other one dropped, of those that were run again. */
  readonly losses: Readonly<Record<Side, ReadonlyMap<string, number>>>
  readonly explained: Readonly<Record<Side, number>>
  readonly examples: readonly DocumentDifference[]
}

interface Wanted extends Comparing {
  readonly explainers: Readonly<Record<Side, DocumentExplainer>>
  /** How many at most. */
  readonly examples: Readonly<Record<DocumentDifference['kind'], number>>
  readonly explanations: Readonly<Record<Side, number>>
}

/** Compares what two pipelines wrote of a source, and explains what one of them lacks. */
export async function compareSource(
  source: SourceSpec,
  [mine, theirs]: readonly [readonly ExportedFile[], readonly ExportedFile[]],
  wanted: Wanted,
): Promise<SourceDifference> {
  const counts = { same: 0, changed: 0, onlyInA: 0, onlyInB: 0 }
  const fields = new Map<string, number>()
  const { examples, explanations } = wanted
  const changes = new Firsts<DocumentDifference>(examples.changed)
  const shown = { onlyInA: new Firsts<Row>(examples.only_in_a), onlyInB: new Firsts<Row>(examples.only_in_b) }
  const missing = {
    onlyInA: new Firsts<string | undefined>(explanations.onlyInA),
    onlyInB: new Firsts<string | undefined>(explanations.onlyInB),
  }
  const keyOf = (row: Row) => valueAt(row, wanted.key)
  for await (const one of compareDocuments(mine, theirs, wanted)) {
    if (one.kind === 'same') counts.same++
    else if (one.kind === 'changed') {
      counts.changed++
      const changed = changedFields(one.mine, one.theirs)
      for (const [name] of changed) fields.set(name, (fields.get(name) ?? 0) + 1)
      const about = { source: source.name, kind: one.kind, key: keyOf(one.mine) ?? null } as const
      changes.add(one.at, { ...about, fields: Object.fromEntries(changed) })
    } else {
      const side = one.kind === 'only_in_a' ? 'onlyInA' : 'onlyInB'
      counts[side]++
      const key = keyOf(one.document)
      shown[side].add(one.at, one.document)
      missing[side].add(one.at, key === undefined || key === null ? undefined : JSON.stringify(key))
    }
  }
  const [a, b] = [
    await explainSide(source, { side: 'onlyInA', missing: missing.onlyInA, shown: shown.onlyInA, wanted }),
    await explainSide(source, { side: 'onlyInB', missing: missing.onlyInB, shown: shown.onlyInB, wanted }),
  ]
  const inOrder = [...changes.entries(), ...a.examples].sort(([x], [y]) => x - y)
  return {
    ...{ counts, fields, losses: { onlyInA: a.losses, onlyInB: b.losses } },
    explained: { onlyInA: a.explained, onlyInB: b.explained },
    examples: [...inOrder, ...b.examples].map(([, example]) => example),
  }
}

interface SideOf {
  readonly side: Side
  /** Keys of the documents that the other one lacks. */
  readonly missing: Firsts<string | undefined>
  readonly shown: Firsts<Row>
  readonly wanted: Wanted
}

async function explainSide(source: SourceSpec, { side, missing, shown, wanted }: SideOf) {
  const lost = missing.entries()
  const keys = lost.flatMap(([, key]) => key ?? [])
  const found = await wanted.explainers[side].explain(source.id, keys)
  const losses = new Map<string, number>()
  const reasons = new Map<number, (typeof found)[number]>()
  let next = 0
  for (const [at, key] of lost) {
    const loss = key === undefined ? undefined : found[next++]
    const stage = loss?.operator ?? 'unknown'
    losses.set(stage, (losses.get(stage) ?? 0) + 1)
    reasons.set(at, loss)
  }
  const kind = side === 'onlyInA' ? ('only_in_a' as const) : ('only_in_b' as const)
  const examples = shown.entries().map(([at, document]): [number, DocumentDifference] => {
    const key = valueAt(document, wanted.key) ?? null
    const loss = reasons.get(at)
    return [at, { source: source.name, kind, key, document, stage: loss?.operator, why: loss?.why }]
  })
  return { losses, explained: lost.length, examples }
}

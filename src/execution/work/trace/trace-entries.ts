import { fields } from '../../../core/fields.js'
import type { JsonValue } from '../../../core/json.js'
import type { OperatorDefinition } from '../../../core/operator.js'
import { ownStat } from '../../../core/own-stats.js'
import type { Sample } from '../../../core/sample.js'
import type { OperatorUse } from '../../../core/work-unit.js'

type Entry = Record<string, JsonValue>

/** What is kept of a sample to compare with what an operator makes of it. */
export interface Before {
  readonly textKey: string
  readonly text: JsonValue
  readonly value: Readonly<Record<string, JsonValue>>
  readonly shown: Entry
  readonly revision: number
}

export function keepBefore(sample: Sample, { textKey }: OperatorUse, keys: readonly string[]): Before {
  const shown = Object.fromEntries(keys.map(key => [key, sample.get(key) ?? null]))
  return { textKey, text: sample.get(textKey) ?? null, value: sample.value, shown, revision: sample.revision }
}

/** A mapper's change as in Data-Juicer: the text before and after; fields beside it, where the text is the same. */
export function describeMapped(
  before: Before,
  { made, isChanged }: { readonly made: readonly Sample[]; readonly isChanged: boolean },
): Entry | undefined {
  if (!isChanged) return undefined
  const { shown, text, textKey, value } = before
  const texts = made.map(one => one.get(textKey) ?? null)
  const isOne = made.length === 1
  const entry: Entry = { ...shown, original_text: text, processed_text: isOne ? texts[0] : texts }
  if (!isOne || texts[0] !== text) return entry
  const after = made[0].value
  const changed = [...new Set([...Object.keys(value), ...Object.keys(after)])].filter(
    key => !isSame(value[key], after[key]),
  )
  if (changed.length === 0) return undefined
  const pairs = changed.map(key => [key, { original: value[key] ?? null, processed: after[key] ?? null }])
  return { ...entry, changed_fields: Object.fromEntries(pairs) }
}

function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

/** A sample that a filter dropped, with what was measured and the bounds that it did not meet. */
export function describeDropped(sample: Sample, use: OperatorUse, { stats, thresholds }: OperatorDefinition): Entry {
  const field = use.params['field_key']
  const names = stats.length === 0 && typeof field === 'string' ? [field] : stats.map(stat => ownStat(stat, use))
  const measured = names.filter(name => name in sample.stats).map(name => [name, sample.stats[name]])
  const bounds = thresholds
    .flatMap(({ min, max }) => [min, max])
    .flatMap(param => (param === undefined ? [] : [[param, use.params[param]] as const]))
    .filter(([, value]) => typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER)
  return {
    ...sample.value,
    [fields.stats]: sample.stats,
    __pawl__dropped__: {
      operator: use.name,
      statistic: Object.fromEntries(measured),
      bound: Object.fromEntries(bounds) as Entry,
    },
  }
}

/** A sample that a barrier dropped; which one was kept for it is added where the decision says it. */
export function describeDuplicate(sample: Sample): Entry {
  return { dup1: null, dup2: sample.value }
}

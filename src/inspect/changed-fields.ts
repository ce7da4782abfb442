import type { JsonValue } from '../core/json.js'

/** A document as plain values. */
export type Row = Readonly<Record<string, JsonValue>>

/** Fields that differ, each with both values, as the trace of an operator has them. */
export function changedFields(before: Row, after: Row): [string, { original: JsonValue; processed: JsonValue }][] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter(name => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map(name => [name, { original: before[name] ?? null, processed: after[name] ?? null }])
}

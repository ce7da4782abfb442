import { isJsonObject, type JsonObject } from '../../core/json.js'
import { parseJson } from '../../util/json-value.js'
import type { QuarantineEntry } from './quarantine-writer.js'

const mostFields = 20

/** Why samples were set aside, told by those that were first. */
export interface AsideReason {
  readonly operator: string
  readonly error: string
  /** The field that the operator looked for and did not find. */
  readonly missing: string | undefined
  /** The fields of the samples. */
  readonly fields: readonly string[]
  /** The one of them that holds the most text. */
  readonly fullest: string | undefined
}

type Told = Pick<QuarantineEntry, 'operator' | 'error' | 'sample'>

/** The commonest of some reasons, with the fields of all its samples. */
export function commonestReason(entries: readonly Told[]): AsideReason | undefined {
  const groups = new Map<string, Told[]>()
  for (const entry of entries) {
    const key = `${entry.operator}\n${entry.error}`
    groups.set(key, [...(groups.get(key) ?? []), entry])
  }
  const [group] = [...groups.values()].sort((a, b) => b.length - a.length)
  if (group === undefined) return undefined
  const [{ operator, error }] = group
  const lengths = new Map<string, number>()
  for (const [field, value] of group.flatMap(({ sample }) => Object.entries(objectOf(sample))))
    lengths.set(field, (lengths.get(field) ?? 0) + (typeof value === 'string' ? value.length : 0))
  const missing = /^field "(.*)" is missing/.exec(error)?.[1]
  const [fullest] = [...lengths].sort(([, a], [, b]) => b - a)
  return { operator, error, missing, fields: [...lengths.keys()].slice(0, mostFields), fullest: fullest?.[0] }
}

function objectOf(sample: string | undefined): JsonObject {
  if (sample === undefined) return {}
  try {
    const value = parseJson(sample)
    return isJsonObject(value) ? value : {}
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return {}
  }
}

/** A sentence for a job in which as many samples were set aside as the reason says. */
export function describeAside(failed: number, total: number, reason: AsideReason | undefined): string {
  const isAll = failed >= total
  const count = isAll ? `all of the first ${total} samples` : `${failed} of ${total} samples`
  if (reason === undefined) return `${count} were set aside`
  if (reason.missing === undefined)
    return `${count} were set aside, most of them by ${reason.operator}: ${reason.error}`
  const who = isAll ? `none of the first ${total} samples has` : `${failed} of ${total} samples lack`
  return `${who} "${reason.missing}", which ${reason.operator} needs; fields they have: ${reason.fields.join(', ')}`
}

/** What can be done about it. */
export function remedyFor(reason: AsideReason | undefined, ratio: number): string {
  const wanted =
    reason?.missing === undefined
      ? 'see quarantine/ in the job directory for each of them'
      : `name the field that holds the text with text_keys, such as --text_keys ${reason.fullest ?? 'FIELD'}, or with text_key of the operator`
  return `${wanted}. At most ${Math.round(ratio * 100)} % may be set aside (max_quarantine_ratio); what is committed stays, and the job goes on from there when it is run again`
}

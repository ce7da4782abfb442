import { attemptInPath } from '../core/record-keys.js'

/** What an index keeps of a record that is committed: what it is known by, and which attempt made it. */
export interface GlancedRecord {
  readonly kind: string
  readonly id: string
  readonly attempt: string | undefined
}

/** What an index keeps of a commit. */
export interface Glance {
  readonly seq: number
  readonly records: readonly GlancedRecord[]
}

const begin = '{"kind":"'
const beginBytes = Buffer.from(begin)
/** So many bytes of a record are looked at: what it is known by stands at its start. */
const mostRead = 400
const quote = 0x22
const backslash = 0x5c
const frames = [
  { head: '{"put":[', tail: /\}\],"seq":(\d{1,15})\}\n$/ },
  { head: /^\{"seq":(\d{1,15}),"put":\[/, tail: '}]}\n' },
] as const

/** How records begin that are read off: what stands between the kind and the id, and behind that what tells the attempt. */
const shapes = [
  { kind: 'input', head: 'input","partition":"', rest: undefined },
  { kind: 'placed', head: 'placed","source":"', rest: undefined },
  { kind: 'stages', head: 'stages","fingerprint":"', rest: /","source":"([^"\\]*)","attempt":"([0-9a-f]{8})"[,}]/y },
  {
    kind: 'point',
    head: 'point","fingerprint":"',
    rest: /","partition":"([^"\\]*)","opsDone":\d+,"file":\{"path":"([ !#-[\]-~]*)"[,}]/y,
  },
] as const

/**
 * Reads off a commit what an index keeps of it, without parsing the rest: for the records of which a job has one for each
 * partition or source, as this build writes them. Nowhere else than at their starts can `{"kind":"` stand in them, as quotes
 * within texts are escaped.
 *
 * @returns undefined for all others, which have to be parsed
 */
export function glanceAt(body: Buffer): Glance | undefined {
  const seq = seqOf(body)
  if (seq === undefined) return undefined
  const records: GlancedRecord[] = []
  for (let at = body.indexOf(beginBytes); at >= 0; at = body.indexOf(beginBytes, at + begin.length)) {
    const record = recordIn(body.toString('latin1', at + begin.length, at + mostRead))
    if (record === undefined) return undefined
    records.push(record)
  }
  return records.length > 0 ? { seq, records } : undefined
}

/** Its place in the order, where it is nothing but records that were put. */
function seqOf(body: Buffer): number | undefined {
  const [put, copied] = frames
  const start = body.toString('latin1', 0, 60)
  const end = body.toString('latin1', Math.max(0, body.length - 40))
  if (start.startsWith(put.head + begin)) {
    const tail = put.tail.exec(end)
    return tail === null ? undefined : Number(tail[1])
  }
  const head = end.endsWith(copied.tail) ? copied.head.exec(start) : null
  return head !== null && start.startsWith(begin, head[0].length) ? Number(head[1]) : undefined
}

/** The record that begins with its kind; undefined where it looks otherwise than those that are read off. */
function recordIn(text: string): GlancedRecord | undefined {
  for (const { kind, head, rest } of shapes) {
    if (!text.startsWith(head)) continue
    const start = head.length
    const end = endOfPlain(text, start)
    if (end < 0) return undefined
    const id = text.slice(start, end)
    if (rest === undefined) return { kind, id, attempt: undefined }
    rest.lastIndex = end
    const made = rest.exec(text)?.[2]
    if (made === undefined) return undefined
    return { kind, id, attempt: kind === 'point' ? attemptInPath(made) : made }
  }
  return undefined
}

/** Where a text of JSON ends in which nothing is written otherwise than it is; -1 where something may be. */
function endOfPlain(text: string, start: number): number {
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) return at
    if (!(code >= 0x20 && code < 0x7f) || code === backslash) return -1
  }
}

import { attemptInPath } from '../core/records.js'

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
const frames = [
  { head: '{"put":[', tail: /\}\],"seq":(\d{1,15})\}\n$/ },
  { head: /^\{"seq":(\d{1,15}),"put":\[/, tail: '}]}\n' },
] as const

/** A text of JSON with nothing in it that is written otherwise than it is. */
const plain = '[^"\\\\\\x00-\\x1f\\x7f-\\xff]*'
const shapes = new RegExp(
  [
    `"(input|placed)","(?:partition|source)":"(${plain})"[,}]`,
    `"(stages)","fingerprint":"(${plain})","source":"${plain}","attempt":"([0-9a-f]{8})"[,}]`,
    `"(point)","fingerprint":"(${plain})","partition":"${plain}","opsDone":\\d+,"file":\\{"path":"(${plain})"[,}]`,
  ].join('|'),
  'y',
)

/**
 * Reads off a commit what an index keeps of it, without parsing the rest: for the records of which a job has one for each
 * partition or source, as this build writes them. Nowhere else than at their starts can `{"kind":"` stand in them, as quotes
 * within texts are escaped.
 *
 * @returns undefined for all others, which have to be parsed
 */
export function glanceAt(body: Buffer): Glance | undefined {
  const text = body.toString('latin1', 0, body.length)
  const seq = seqOf(text)
  if (seq === undefined) return undefined
  const records: GlancedRecord[] = []
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + begin.length)) {
    shapes.lastIndex = at + begin.length - 1
    const found = shapes.exec(text)
    if (found === null) return undefined
    const [, single, ofSingle, stages, ofStages, madeStages, point, ofPoint, path] = found
    records.push({
      kind: single ?? stages ?? point,
      id: ofSingle ?? ofStages ?? ofPoint,
      attempt: path === undefined ? madeStages : attemptInPath(path),
    })
  }
  return records.length > 0 ? { seq, records } : undefined
}

/** Its place in the order, where it is nothing but records that were put. */
function seqOf(text: string): number | undefined {
  const [put, copied] = frames
  if (text.startsWith(put.head + begin)) {
    const tail = put.tail.exec(text.slice(-40))
    return tail === null ? undefined : Number(tail[1])
  }
  const head = text.endsWith(copied.tail) ? copied.head.exec(text.slice(0, 40)) : null
  return head !== null && text.startsWith(begin, head[0].length) ? Number(head[1]) : undefined
}

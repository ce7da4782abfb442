import { createHash } from 'node:crypto'
import type { Edit, Payload } from '../../core/operator.js'
import type { Sample } from '../../core/sample.js'
import { scanMembers } from '../../util/json-members.js'
import { frameOf } from '../frames.js'

/** The signature of a sample that is to be grouped: a digest of its key, and its text. */
export function groupFrame(sample: Sample, row: number, key: string): Buffer {
  const { bytes, start, end } = sample.toJsonText()
  return frameOf(row, Buffer.concat([createHash('md5').update(key).digest(), bytes.subarray(start, end)]))
}

/** Makes of the first sample of a group one that holds, field by field, the list of what all have in it. */
export function editGroups(payload: Payload): Edit {
  return sample => {
    payload.next(4)
    const count = nextNumber(payload)
    const members: Buffer[] = []
    for (let i = 0; i < count; i++) members.push(Buffer.from(payload.next(nextNumber(payload))))
    sample.replace(columnsOf(members))
  }
}

function nextNumber(payload: Payload): number {
  return Buffer.from(payload.next(4)).readUInt32LE(0)
}

/** JSON text with the fields of the first, each a list of the values of all, in the spelling that they have. */
function columnsOf(members: readonly Buffer[]): Buffer {
  const rows = members.map(fieldsOf)
  const parts: Buffer[] = []
  for (const [key, { name }] of rows[0]) {
    parts.push(Buffer.from(parts.length === 0 ? '{' : ', '), name, Buffer.from(': ['))
    for (const [index, row] of rows.entries())
      parts.push(Buffer.from(index === 0 ? '' : ', '), row.get(key)?.value ?? Buffer.from('null'))
    parts.push(Buffer.from(']'))
  }
  parts.push(Buffer.from(parts.length === 0 ? '{}' : '}'))
  return Buffer.concat(parts)
}

interface Field {
  /** As it is spelled, quotes included. */
  readonly name: Buffer
  readonly value: Buffer
}

function fieldsOf(text: Buffer): Map<string, Field> {
  const fields = new Map<string, Field>()
  scanMembers(text, { start: 0, end: text.length }, ({ keyStart, keyEnd, valueStart, valueEnd }) => {
    const name = text.subarray(keyStart, keyEnd)
    fields.set(JSON.parse(name.toString()) as string, { name, value: text.subarray(valueStart, valueEnd) })
  })
  return fields
}

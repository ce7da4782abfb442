import { Sample } from '../../core/sample.js'
import { SourceText } from '../../core/source-text.js'
import { keyEquals, scanMembers } from '../../util/json-members.js'
import { skipSpace } from '../../util/json-scan.js'

/** The sample with these fields alone, in this order, each as it was spelled; one that it lacks is left out. */
export function pickFields(sample: Sample, fields: readonly string[], textField: string): Sample {
  const { bytes, start, end } = sample.toJsonText()
  const keys = fields.map(field => Buffer.from(field))
  const spans: ({ readonly start: number; readonly end: number } | undefined)[] = fields.map(() => undefined)
  scanMembers(bytes, { start: skipSpace(bytes, start, end), end }, member => {
    const at = keys.findIndex(key => keyEquals(bytes, member, key))
    // Of a key that occurs twice the last counts.
    if (at >= 0) spans[at] = { start: member.valueStart, end: member.valueEnd }
  })
  const parts: Uint8Array[] = []
  for (const [index, span] of spans.entries()) {
    if (span === undefined) continue
    parts.push(Buffer.from(`${parts.length === 0 ? '{' : ', '}${JSON.stringify(fields[index])}: `))
    parts.push(bytes.subarray(span.start, span.end))
  }
  const picked = Buffer.concat([...parts, Buffer.from(parts.length === 0 ? '{}' : '}')])
  return Sample.scan(sample.origin, new SourceText(picked, 0, picked.length), textField)
}

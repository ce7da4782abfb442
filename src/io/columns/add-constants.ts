import { scanMembers } from '../../util/json-members.js'
import { skipSpace } from '../../util/json-scan.js'
import { decodeString } from './visit-row.js'

/** The JSON object in a range with fields added behind its own; one that it has already stays as it is. */
export function addConstants(
  bytes: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
  constants: readonly (readonly [name: string, json: string])[],
): Buffer {
  const names = new Set<string>()
  const from = skipSpace(bytes, start, end)
  const after = scanMembers(bytes, { start: from, end }, ({ keyStart, keyEnd }) =>
    names.add(decodeString(bytes, keyStart, keyEnd)),
  )
  const added = constants.flatMap(([name, json]) => (names.has(name) ? [] : [`${JSON.stringify(name)}:${json}`]))
  if (added.length === 0) return bytes.subarray(start, end)
  const text = `${names.size > 0 ? ',' : ''}${added.join(',')}`
  return Buffer.concat([bytes.subarray(start, after - 1), Buffer.from(text), bytes.subarray(after - 1, end)])
}

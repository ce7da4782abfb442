import type { Field } from 'apache-arrow'

const nameKey = 'ARROW:extension:name'
const jsonName = 'arrow.json'

/** Marks a text column as JSON, as Arrow's canonical extension type does. */
export const jsonExtension = new Map([
  [nameKey, jsonName],
  ['ARROW:extension:metadata', ''],
])

/** Whether the text of a field is JSON. */
export function holdsJson(field: Field): boolean {
  return field.metadata.get(nameKey) === jsonName
}

/** The name of a field as a key of JSON; Arrow reads an empty name as none. */
export function keyOf({ name }: Field): string {
  return JSON.stringify((name as string | null | undefined) ?? '')
}

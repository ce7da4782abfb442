import type { Field as ArrowField, Schema } from 'apache-arrow'
import { Type } from 'apache-arrow'
import type { Field } from 'apache-arrow/fb/field'
import { Footer } from 'apache-arrow/fb/footer'
import { Int } from 'apache-arrow/fb/int'
import { Message } from 'apache-arrow/fb/message'
import { Schema as EncodedSchema } from 'apache-arrow/fb/schema'
import { ByteBuffer } from 'flatbuffers'
import { InputError } from '../input-error.js'

/** Types of the Arrow format that the library does not read, by number. */
const names: Readonly<Record<number, string>> = { 22: 'run-end encoded', 25: 'list view', 26: 'large list view' }

/** The schema in the message that a stream begins with. */
export function schemaOfMessage(message: Uint8Array): EncodedSchema | null {
  return Message.getRootAsMessage(new ByteBuffer(message)).header(new EncodedSchema()) as EncodedSchema | null
}

/** The schema in the footer of a file. */
export function schemaOfFooter(footer: Uint8Array): EncodedSchema | null {
  return Footer.getRootAsFooter(new ByteBuffer(footer)).schema()
}

/**
 * Refuses a schema with types that cannot be read, before the library does, which names no column.
 *
 * @throws {InputError} with the column and its type
 */
export function refuseUnknownTypes(path: string, schema: EncodedSchema | null): void {
  if (schema === null) return
  for (let index = 0; index < schema.fieldsLength(); index++) {
    const field = schema.fields(index)
    if (field !== null) refuseField(path, field, [])
  }
}

function refuseField(path: string, field: Field, above: readonly string[]): void {
  const place = [...above, field.name() ?? '']
  const type = field.typeType() as number
  if (names[type] !== undefined || Type[type] === undefined)
    throw new InputError(
      'unsupported',
      path,
      `${path}: column "${place.join('.')}" is of Arrow's type ${names[type] ?? `number ${type}`}, which cannot be read; write the file anew with a plain type there, or without the column`,
    )
  const bits = type === Type.Int ? (field.type(new Int()) as Int | null)?.bitWidth() : undefined
  if (bits !== undefined && bits > 64)
    throw new InputError(
      'unsupported',
      path,
      `${path}: column "${place.join('.')}" holds integers of ${bits} bits, which cannot be read; write the file anew with decimals there, or without the column`,
    )
  for (let index = 0; index < field.childrenLength(); index++) {
    const child = field.children(index)
    if (child !== null) refuseField(path, child, place)
  }
}

/** @throws {InputError} where two fields side by side have one name: a sample can hold only one of them */
export function refuseDuplicates(path: string, fields: Schema['fields'], above: readonly string[] = []): void {
  const seen = new Set<string>()
  for (const field of fields) {
    const place = [...above, field.name ?? '']
    if (seen.has(field.name))
      throw new InputError(
        'unsupported',
        path,
        `${path}: its schema names the column "${place.join('.')}" twice; write the file anew with different names`,
      )
    seen.add(field.name)
    const children = ((field.type as { children?: readonly ArrowField[] | null }).children ?? []) as ArrowField[]
    refuseDuplicates(path, children, place)
  }
}

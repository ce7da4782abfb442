import type { Field as ArrowField, Schema } from 'apache-arrow'
import { Type } from 'apache-arrow'
import type { Field } from 'apache-arrow/fb/field'
import { Footer } from 'apache-arrow/fb/footer'
import { Int } from 'apache-arrow/fb/int'
import { Message } from 'apache-arrow/fb/message'
import { Schema as EncodedSchema } from 'apache-arrow/fb/schema'
import { Union } from 'apache-arrow/fb/union'
import { ByteBuffer } from 'flatbuffers'
import { InputError } from '../input-error.js'
import { expectWithin } from './check-message.js'

/** Types of the Arrow format that the library does not read, by number. */
const names: Readonly<Record<number, string>> = { 22: 'run-end encoded', 25: 'list view', 26: 'large list view' }

/** Fields within fields; JSON that is nested deeper could hardly be read. */
const deepest = 500

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
export function refuseUnknownTypes(path: string, schema: EncodedSchema | null, sizeBytes: number): void {
  if (schema === null) throw new Error('it has no schema')
  expectWithin(schema.customMetadataLength(), sizeBytes)
  expectWithin(schema.fieldsLength(), sizeBytes)
  const look: Look = { path, left: sizeBytes }
  for (let index = 0; index < schema.fieldsLength(); index++) refuseField(look, schema.fields(index), [])
}

/** How many more fields there can be: each takes some bytes, however the encoding refers to them. */
interface Look {
  readonly path: string
  left: number
}

function refuseField(look: Look, field: Field | null, above: readonly string[]): void {
  if (field === null || above.length > deepest) throw new Error('its schema is damaged')
  const { path } = look
  for (const count of [field.childrenLength(), field.customMetadataLength(), 1]) expectWithin(count, look.left)
  look.left--
  if ((field.typeType() as number) === Type.Union)
    expectWithin((field.type(new Union()) as Union | null)?.typeIdsLength() ?? 0, look.left)
  const place = [...above, field.name() ?? '']
  const type = field.typeType() as number
  if (!Number.isInteger(type) || type < 1) throw new Error('its schema is damaged')
  if (names[type] !== undefined || Type[type] === undefined)
    throw new InputError(
      'unsupported',
      `${path}: column "${place.join('.')}" is of Arrow's type ${names[type] ?? `number ${type}`}, which cannot be read; write the file anew with a plain type there, or without the column`,
      { path },
    )
  const bits = type === Type.Int ? (field.type(new Int()) as Int | null)?.bitWidth() : undefined
  if (bits !== undefined && bits > 64)
    throw new InputError(
      'unsupported',
      `${path}: column "${place.join('.')}" holds integers of ${bits} bits, which cannot be read; write the file anew with decimals there, or without the column`,
      { path },
    )
  for (let index = 0; index < field.childrenLength(); index++) refuseField(look, field.children(index), place)
}

/** @throws {InputError} where two fields side by side have one name: a sample can hold only one of them */
export function refuseDuplicates(path: string, fields: Schema['fields'], above: readonly string[] = []): void {
  const seen = new Set<string>()
  for (const field of fields) {
    const place = [...above, field.name ?? '']
    if (seen.has(field.name))
      throw new InputError(
        'unsupported',
        `${path}: its schema names the column "${place.join('.')}" twice; write the file anew with different names`,
        { path },
      )
    seen.add(field.name)
    const children = ((field.type as { children?: readonly ArrowField[] | null }).children ?? []) as ArrowField[]
    refuseDuplicates(path, children, place)
  }
}

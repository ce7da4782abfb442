import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.js'
import { isTruthy } from '../../python-values.js'
import type { Replace } from './rules.js'

/** Fields whose text is masked wherever they stand. */
const maskedKeys = new Set(['file_path', 'path', 'file', 'arguments', 'file_paths'])

/** The list with each element replaced; the same list where nothing changes. */
function mapList(list: readonly JsonValue[], change: (value: JsonValue) => JsonValue): readonly JsonValue[] {
  const out = list.map(change)
  return out.every((value, i) => value === list[i]) ? list : out
}

/** The object with each field replaced; the same object where nothing changes. */
function mapObject(object: JsonObject, change: (value: JsonValue, key: string) => JsonValue): JsonObject {
  const entries = Object.entries(object).map(([key, value]) => [key, change(value, key)] as const)
  return entries.every(([key, value]) => value === object[key]) ? object : Object.fromEntries(entries)
}

const asList = (value: JsonValue): readonly JsonValue[] => value as readonly JsonValue[]

/** Masks texts in lists, and in the fields that hold paths and arguments, at any depth. */
export function maskNested(value: JsonValue, mask: Replace): JsonValue {
  if (Array.isArray(value))
    return mapList(asList(value), one => (typeof one === 'string' ? mask(one) : maskNested(one, mask)))
  if (!isJsonObject(value)) return value
  return mapObject(value, (inner, key) =>
    maskedKeys.has(key) && typeof inner === 'string' ? mask(inner) : maskNested(inner, mask),
  )
}

/** Masks the value of a field that the recipe names: text, turns of a dialog, or a pair. */
export function maskField(key: string, value: JsonValue, mask: Replace): JsonValue {
  const maskText = (one: JsonValue) => (typeof one === 'string' ? mask(one) : one)
  if (typeof value === 'string') return mask(value)
  if (!Array.isArray(value)) return value
  const list = asList(value)
  if (key === 'dialog_history')
    return mapList(list, pair =>
      Array.isArray(pair) && pair.length >= 2 ? mapList(asList(pair).slice(0, 2), maskText) : pair,
    )
  return list.length === 2 ? mapList(list, maskText) : value
}

/** Masks the contents of chat messages and the arguments of their tool calls. */
export function maskMessages(messages: readonly JsonValue[], mask: Replace): readonly JsonValue[] {
  return mapList(messages, message =>
    isJsonObject(message)
      ? mapObject(message, (value, key) => {
          if (key === 'content') return maskContent(value, mask)
          const holdsCalls = (key === 'tool_calls' || key === 'tool_use') && Array.isArray(value)
          return holdsCalls ? mapList(asList(value), call => maskCall(call, mask)) : value
        })
      : message,
  )
}

function maskContent(content: JsonValue, mask: Replace): JsonValue {
  if (typeof content === 'string') return mask(content)
  if (!Array.isArray(content)) return content
  return mapList(asList(content), block => {
    if (typeof block === 'string') return mask(block)
    if (!isJsonObject(block)) return block
    return mapObject(block, (value, key) =>
      (key === 'text' || key === 'content') && typeof value === 'string' ? mask(value) : value,
    )
  })
}

function maskCall(call: JsonValue, mask: Replace): JsonValue {
  if (!isJsonObject(call)) return call
  const functionKey = isTruthy(call['function']) ? 'function' : 'function_call'
  return mapObject(call, (value, key) => {
    if (key === 'arguments') return maskArguments(value, mask)
    if (key !== functionKey || !isJsonObject(value)) return value
    return mapObject(value, (inner, name) => (name === 'arguments' ? maskArguments(inner, mask) : inner))
  })
}

function maskArguments(value: JsonValue, mask: Replace): JsonValue {
  if (typeof value === 'string') return mask(value)
  return isJsonObject(value) ? maskNested(value, mask) : value
}

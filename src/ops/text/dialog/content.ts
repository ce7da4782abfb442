import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.js'
import { SampleError } from '../../../core/sample-error.js'
import { isTruthy, pythonText } from '../../python-values.js'
import { lower, strip } from '../python-text.js'

/** A message of a chat; anything but an object is an error. */
export function asMessage(value: JsonValue): JsonObject {
  if (isJsonObject(value)) return value
  throw new SampleError('bad_value', 'a message is no object')
}

/** The role of a message in lower case, empty where it has none. */
export function roleOf(message: JsonObject): string {
  const role = message['role']
  if (!isTruthy(role)) return ''
  if (typeof role !== 'string') throw new SampleError('bad_value', 'the role of a message is no text')
  return lower(role)
}

/** The text of a message's content: a string, or a list of blocks, of which those with text or thoughts count. */
export function contentText(content: JsonValue | undefined): string {
  if (content === undefined || content === null) return ''
  if (typeof content === 'string') return strip(content)
  if (Array.isArray(content)) {
    const parts = (content as readonly JsonValue[]).map(blockText).filter(part => part !== '')
    return strip(parts.join('\n'))
  }
  return isJsonObject(content) ? fragmentText(content) : strip(pythonText(content))
}

function blockText(block: JsonValue): string {
  if (typeof block === 'string') return strip(block)
  if (!isJsonObject(block)) return ''
  const type = block['type']
  const isThought = type === 'thinking' || type === 'reasoning'
  if (type === 'text' || type === 'input_text' || (!isThought && Object.hasOwn(block, 'text')))
    return fragmentText(block['text'])
  if (!isThought && !Object.hasOwn(block, 'thinking') && !Object.hasOwn(block, 'reasoning_content')) return ''
  return fragmentText([block['thinking'], block['reasoning'], block['reasoning_content']].find(isTruthy))
}

function fragmentText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return strip(value)
  const isGiven = (one: JsonValue | undefined) => one !== undefined && one !== null && one !== ''
  if (Array.isArray(value)) return strip((value as readonly JsonValue[]).filter(isGiven).map(fragmentText).join('\n'))
  if (!isJsonObject(value)) return strip(pythonText(value))
  for (const key of ['value', 'text', 'content']) if (isGiven(value[key])) return fragmentText(value[key])
  return ''
}

/** The calls of tools in a message. */
export function toolCalls(message: JsonObject): JsonValue {
  if (isTruthy(message['tool_calls'])) return message['tool_calls']
  return isTruthy(message['tool_use']) ? message['tool_use'] : []
}

export function toolName(call: JsonValue): JsonValue | undefined {
  if (!isJsonObject(call)) return undefined
  const named = isTruthy(call['function']) ? call['function'] : call['function_call']
  if (isJsonObject(named) && isTruthy(named['name'])) return named['name']
  return isTruthy(call['name']) ? call['name'] : undefined
}

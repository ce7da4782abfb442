import type { JsonObject, JsonValue } from '../../../core/json.js'
import { countCodePoints } from '../../../util/utf8.js'
import { pythonText } from '../../python-values.js'
import { firstPoints, lastPoints, strip } from '../python-text.js'
import { contentText, roleOf, toolCalls, toolName } from './content.js'

/** What was asked, and all that was answered until the next question. */
export type Turn = [query: string, response: string]

export interface HistoryOptions {
  readonly includeSystem: boolean
  readonly maxToolResult: number
  readonly maxAssistantTrace: number
  readonly maxUser: number
  readonly headRatio: number
}

export interface History {
  readonly turns: readonly Turn[]
  /** Whether a text was too long and lost its middle. */
  readonly isCompressed: boolean
}

/** Folds the messages of a chat into turns. */
export function buildHistory(messages: readonly JsonObject[], options: HistoryOptions): History {
  const turns: Turn[] = []
  let systemTexts: string[] = []
  let isCompressed = false
  const cap = (text: string, max: number) => {
    if (max <= 0 || countCodePoints(text) <= max) return text
    isCompressed = true
    return compress(text, max, options.headRatio)
  }
  for (const message of messages) {
    const role = roleOf(message)
    const content = contentText(message['content'])
    const last = turns.at(-1)
    if (role === 'system' && options.includeSystem && content !== '') systemTexts.push(content)
    if (role === 'user') {
      const query = systemTexts.length > 0 ? strip([...systemTexts, content].join('\n\n')) : content
      systemTexts = []
      turns.push([cap(query, options.maxUser), ''])
    } else if (role === 'assistant') {
      const piece = content === '' ? callSummary(toolCalls(message)) : content
      const joined = [last?.[1] ?? '', piece].filter(part => part !== '').join('\n\n')
      const response = cap(joined, options.maxAssistantTrace)
      if (last === undefined) turns.push(['', response])
      else last[1] = response
    } else if (role === 'tool') {
      const result = `[Tool result]\n${cap(content, options.maxToolResult)}`
      if (last !== undefined)
        last[1] = cap(last[1] === '' ? result : `${last[1]}\n${result}`, options.maxAssistantTrace)
    }
  }
  return { turns, isCompressed }
}

const mostNames = 10

function callSummary(calls: JsonValue): string {
  if (!Array.isArray(calls)) return ''
  const names = new Set<string>()
  for (const call of calls as readonly JsonValue[]) {
    const name = toolName(call)
    if (name !== undefined) names.add(pythonText(name))
  }
  if (names.size === 0) return ''
  const shown = [...names].slice(0, mostNames)
  if (names.size > mostNames) shown.push(`...+${names.size - mostNames}`)
  return `[Tool calls: ${shown.join(', ')}]`
}

/** Takes the middle out of a text, as Data-Juicer does, with its words in place of it. */
function compress(text: string, max: number, ratio: number): string {
  const budget = max - 128
  if (budget < 400) return `${firstPoints(text, Math.max(0, max - 48))}\n…[truncated — agent_dialog_normalize_mapper]…`
  let head = Math.max(200, Math.trunc(budget * Math.min(0.85, Math.max(0.35, ratio))))
  let tail = budget - head
  if (tail < 200) {
    tail = 200
    head = Math.max(200, budget - tail)
  }
  const omitted = countCodePoints(text) - head - tail
  if (omitted <= 0) return text
  const marker = `\n\n[··· ${omitted} chars omitted from middle; head+tail preserved — agent_dialog_normalize_mapper]\n\n`
  const over = head + countCodePoints(marker) + tail - max
  if (over > 0) head = Math.max(120, head - over)
  return firstPoints(text, head) + marker + lastPoints(text, tail)
}

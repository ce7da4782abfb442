import { z } from 'zod'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.js'
import type { Sample } from '../../core/sample.js'
import { defineMapper } from '../define.js'
import { bool, float, int, text } from '../params.js'
import { isTruthy, pythonText } from '../python-values.js'
import { asMessage, contentText, roleOf, toolCalls, toolName } from '../text/dialog/content.js'
import { buildHistory, type Turn } from '../text/dialog/history.js'
import { strip } from '../text/python-text.js'
import { setMeta } from './meta.js'

/** Turns the messages of a chat with an agent into text, history, query and response (Data-Juicer). */
export const agentDialogNormalizeMapper = defineMapper({
  name: 'agent_dialog_normalize_mapper',
  summary: 'Turns chat messages into text, history, query and response.',
  params: {
    messages_key: text('messages').describe('Field with the messages.'),
    choices_key: text('choices').describe('Field with the answers of a model, where the messages hold none.'),
    history_key: text('dialog_history').describe('Field for the turns.'),
    query_key: text('query').describe('Field for the last question.'),
    response_key: text('response').describe('Field for the last answer.'),
    extract_tool_skill_tags: bool(true).describe('Note which tools and skills occur.'),
    include_system_in_first_user: bool(false).describe('Put system messages before the question that follows.'),
    user_label: text('User').describe('What stands before questions in the text.'),
    assistant_label: text('Assistant').describe('What stands before answers in the text.'),
    copy_lineage_fields: bool(true).describe('Note request_model, pt and total_cost_time.'),
    copy_request_id: bool(true).describe('Note the id of the request.'),
    request_id_keys: z
      .array(z.string())
      .nullable()
      .default(['request_id', 'trace_id', 'id'])
      .describe('Fields with that id, the first that holds one counts.'),
    history_tool_result_max_chars: int(10000).describe('Longest result of a tool; 0 for no limit.'),
    history_max_assistant_trace_chars: int(0).describe('Longest answer of a turn; 0 for no limit.'),
    history_max_user_chars: int(0).describe('Longest question; 0 for no limit.'),
    history_compress_head_ratio: float(0.62).describe('Share of the head in what is left of too long texts.'),
  },
  example: {
    params: { include_system_in_first_user: true },
    cases: [
      {
        before: {
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'When is low tide?' },
            { role: 'assistant', content: 'At nine.' },
          ],
        },
        after: [
          {
            text: 'User: Be brief.\n\nWhen is low tide?\n\nAssistant: At nine.',
            dialog_history: [['Be brief.\n\nWhen is low tide?', 'At nine.']],
            query: 'Be brief.\n\nWhen is low tide?',
            response: 'At nine.',
            __dj__meta__: {
              agent_dialog_history_compressed: false,
              agent_turn_count: 1,
              agent_tool_types: [''],
              agent_skill_types: [''],
              agent_last_user_msg_idx: 1,
              agent_last_assistant_msg_idx: 2,
            },
          },
        ],
      },
    ],
  },
  create(params, { textKey }) {
    return {
      map(sample) {
        const given = sample.value[params.messages_key ?? '']
        const messages = Array.isArray(given) ? (given as readonly JsonValue[]).map(asMessage) : []
        const { turns, isCompressed } = buildHistory(messages, {
          includeSystem: params.include_system_in_first_user === true,
          maxToolResult: params.history_tool_result_max_chars ?? 0,
          maxAssistantTrace: params.history_max_assistant_trace_chars ?? 0,
          maxUser: params.history_max_user_chars ?? 0,
          headRatio: params.history_compress_head_ratio ?? 0.62,
        })
        const [query, response] = turns.at(-1) ?? ['', '']
        const choices = sample.value[params.choices_key ?? '']
        const record = sample.value
        sample.set([textKey], flatten(turns, params.user_label ?? '', params.assistant_label ?? ''))
        sample.set([params.history_key ?? ''], turns)
        sample.set([params.query_key ?? ''], query)
        sample.set([params.response_key ?? ''], response === '' ? choiceText(choices) : response)
        setMeta(sample, {
          agent_dialog_history_compressed: isCompressed,
          agent_turn_count: turns.length,
          ...(params.extract_tool_skill_tags === true ? tags(messages) : {}),
          ...lastIndices(messages),
          ...(params.copy_request_id === true ? requestId(sample, params.request_id_keys ?? []) : {}),
          ...(params.copy_lineage_fields === true ? lineage(record) : {}),
        })
      },
    }
  },
})

function flatten(turns: readonly Turn[], userLabel: string, assistantLabel: string): string {
  const lines: string[] = []
  for (const [query, response] of turns) {
    if (query !== '') lines.push(`${userLabel}: ${query}`)
    if (response !== '') lines.push(`${assistantLabel}: ${response}`)
  }
  return lines.join('\n\n')
}

function choiceText(choices: JsonValue | undefined): string {
  for (const choice of Array.isArray(choices) ? (choices as readonly JsonValue[]) : []) {
    if (!isJsonObject(choice)) continue
    const message = [choice['message'], choice['delta']].find(isTruthy) ?? choice
    const content = asMessage(message)['content']
    const found = typeof content === 'string' ? strip(content) : Array.isArray(content) ? contentText(content) : ''
    if (found !== '') return found
  }
  return ''
}

const skillPatterns = [
  /[/\\]([a-z][a-z0-9_]*)[/\\]SK[iİı]LL\.md/giu,
  /##\s+([a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z0-9_]+)?)\s*(?:\n|$)/g,
  /Check\s+["'][^\n]*?([a-z][a-z0-9_]*)\/SK[iİı]LL\.md/giu,
]

function tags(messages: readonly JsonObject[]): JsonObject {
  const tools = new Set<string>()
  const skills = new Set<string>()
  for (const message of messages) {
    const calls = toolCalls(message)
    for (const call of Array.isArray(calls) ? (calls as readonly JsonValue[]) : []) {
      const name = toolName(call)
      if (name !== undefined) tools.add(strip(pythonText(name)))
    }
    const text = contentText(message['content'])
    for (const pattern of skillPatterns) for (const match of text.matchAll(pattern)) skills.add(strip(match[1]))
  }
  // A list that is never empty has one type in every row, which columnar formats need.
  const listed = (names: ReadonlySet<string>) => {
    const given = [...names].filter(name => name !== '')
    return given.length > 0 ? given : ['']
  }
  return { agent_tool_types: listed(tools), agent_skill_types: listed(skills) }
}

function lastIndices(messages: readonly JsonObject[]): JsonObject {
  const roles = messages.map(roleOf)
  const user = roles.lastIndexOf('user')
  const assistant = roles.lastIndexOf('assistant')
  return {
    ...(user < 0 ? {} : { agent_last_user_msg_idx: user }),
    ...(assistant < 0 ? {} : { agent_last_assistant_msg_idx: assistant }),
  }
}

function requestId(sample: Sample, keys: readonly string[]): JsonObject {
  for (const key of keys) {
    const value = sample.value[key]
    const id = value === undefined || value === null ? '' : strip(pythonText(value))
    if (id !== '') return { agent_request_id: id }
  }
  return {}
}

function lineage(record: JsonObject): JsonObject {
  const notes: Record<string, JsonValue> = {}
  for (const [field, note] of [
    ['request_model', 'agent_request_model'],
    ['pt', 'agent_pt'],
    ['total_cost_time', 'agent_total_cost_time_ms'],
  ]) {
    const value = record[field]
    if (value !== undefined && value !== null) notes[note] = value
  }
  return notes
}
